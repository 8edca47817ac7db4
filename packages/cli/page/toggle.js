/** Something that is on or off. */
import { html } from "../node_modules/lit-html/lit-html.js"

/** @param {string} label @param {boolean} isOn @param {(isOn: boolean) => void} onToggle */
export const toggle = (label, isOn, onToggle) =>
  html`<button type="button" role="switch" class="switch" aria-checked=${isOn} aria-label=${label}
    @click=${() => onToggle(!isOn)}><span></span></button>`
