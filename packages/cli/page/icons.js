/** Drawings on buttons. Their meaning is in the text beside them. */
import { svg } from "../node_modules/lit-html/lit-html.js"

/** @param {import("../node_modules/lit-html/lit-html.js").SVGTemplateResult} content */
const icon = (content) =>
  svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${content}</svg>`

export const play = icon(
  svg`<path class="solid" d="M8 5.5v13a.6.6 0 0 0 .9.5l10.3-6.5a.6.6 0 0 0 0-1L8.9 5a.6.6 0 0 0-.9.500z"/>`
)
export const pause = icon(svg`<path class="solid" d="M7 5h3.500v14H7zM13.5 5H17v14h-3.500z"/>`)
export const stop = icon(svg`<rect class="solid" x="6" y="6" width="12" height="12" rx="1.5"/>`)
export const dock = icon(svg`<path d="M4 11l8-7 8 7M6 9.500V20h12V9.5"/><path d="M12.5 11l-2 3.500h3l-2 3.5"/>`)
export const locate = icon(
  svg`<circle cx="12" cy="12" r="3"/><path d="M12 2v4M12 18v4M2 12h4M18 12h4"/><circle cx="12" cy="12" r="7"/>`
)
export const plus = icon(svg`<path d="M12 5v14M5 12h14"/>`)
export const minus = icon(svg`<path d="M5 12h14"/>`)
export const whole = icon(svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>`)
export const room = icon(svg`<path d="M4 4h16v16H4zM4 12h7M11 12V9M11 20v-4"/>`)
export const zone = icon(svg`<rect x="4.5" y="6" width="15" height="12" stroke-dasharray="3 2.5"/>`)
export const pin = icon(
  svg`<path d="M12 21c4.5-5 6.5-8.2 6.5-11a6.5 6.5 0 0 0-13 0c0 2.8 2 6 6.5 11z"/><circle cx="12" cy="10" r="2.3"/>`
)
export const trash = icon(svg`<path d="M4 7h16M9 7V4.500h6V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5"/>`)
export const warning = icon(svg`<path d="M12 4 2.5 20h19z"/><path d="M12 10v4.500M12 17v.5"/>`)
export const bolt = icon(svg`<path class="solid" d="M13.5 3 6 13.500h5L9.5 21 18 10h-5.500z"/>`)
export const close = icon(svg`<path d="M6 6l12 12M18 6 6 18"/>`)
