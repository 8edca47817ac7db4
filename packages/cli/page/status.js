/**
 * How the selected device is.
 *
 * @import { DeviceView } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html, nothing, svg } from "../node_modules/lit-html/lit-html.js"
import * as icons from "./icons.js"
import { device } from "./store.js"
import { area, duration, headline, isMoving, moment } from "./words.js"

/** @param {DeviceView} device */
const battery = ({ battery: percent, charging }) => {
  if (percent === undefined) return nothing
  const level = percent <= 20 ? "low" : "good"
  return html`<p class="battery" data-level=${level} role="img" aria-label="Battery ${percent} percent${
    charging ? ", charging" : ""
  }">
    <svg viewBox="0 0 30 16" aria-hidden="true"><rect class="frame" x="1" y="1" width="25" height="14" rx="3.5"></rect>
      ${svg`<rect class="level" x="3" y="3" width=${21 * percent / 100} height="10" rx="2"></rect>`}
      <path class="frame" d="M28 6v4"></path></svg>
    <span>${percent} %</span>${charging ? icons.bolt : nothing}</p>`
}

/** @param {"warn" | "bad"} kind @param {unknown} text */
const banner = (kind, text) => html`<p class="banner" data-kind=${kind}>${icons.warning}<span>${text}</span></p>`

/** @param {DeviceView} vacuum */
const silence = ({ available, stale, trouble, updatedAt }) => {
  if (!stale) return nothing
  const since = updatedAt === undefined ? "" : ` What is shown is as of ${moment(updatedAt)}.`
  return available ? banner("warn", `${trouble ?? "Waiting for its answer."}${since}`) : banner(
    "bad",
    `It cannot be reached. ${trouble ?? ""}${since}`
  )
}

/** @param {State} state */
export const linkBanner = ({ failure, link, lostAt, staleHome }) => {
  const since = lostAt === undefined ? "" : ` What you see is as of ${moment(lostAt)}.`
  if (link === "lost") return banner("bad", `No connection to roborock serve; trying again.${since}`)
  if (link === "refused") {
    return banner("bad", `roborock serve does not let this page in any more. Open the address it printed.${since}`)
  }
  if (failure !== undefined) return banner("bad", failure)
  return staleHome === undefined
    ? nothing
    : banner("warn", `The account is as it was ${moment(staleHome.since)}. ${staleHome.cause}`)
}

/** @param {DeviceView} vacuum */
const facts = ({ activity, cleanedArea, cleanSeconds, currentRoom, product, route, shared }) => {
  const isRun = activity === "cleaning" || activity === "paused" || activity === "returning"
  return [
    ...(product === undefined || isRun ? [] : [product]),
    ...(activity === "cleaning" && currentRoom !== undefined ? [currentRoom.name] : []),
    ...(isRun && cleanedArea !== undefined ? [area(cleanedArea)] : []),
    ...(isRun && cleanSeconds !== undefined ? [duration(cleanSeconds)] : []),
    ...(route === undefined ? [] : [route]),
    ...(shared ? ["shared with you"] : [])
  ].join(" · ")
}

export const status = () => {
  const vacuum = device()
  if (vacuum === undefined) return nothing
  const { dockError, error, unsupported } = vacuum
  return html`<section class="status" aria-label="State">
    <div class="headline"><h1>${headline(vacuum)}</h1>${battery(vacuum)}</div>
    <p class="facts">${facts(vacuum)}</p>
    ${unsupported === undefined ? nothing : banner("warn", `There is no way to control it yet: ${unsupported}.`)}
    ${error === undefined ? nothing : banner("bad", error)}
    ${dockError === undefined ? nothing : banner("bad", `Dock: ${dockError}`)}
    ${unsupported === undefined ? silence(vacuum) : nothing}
  </section>`
}

/** What is said aloud when it changes; figures that change all the time are left out. */
export const announcement = () => {
  const vacuum = device()
  if (vacuum === undefined) return ""
  const problems = [vacuum.error, vacuum.dockError].filter((text) => text !== undefined)
  const room = isMoving(vacuum) ? vacuum.currentRoom?.name : undefined
  return [vacuum.name, vacuum.available ? vacuum.doing : "unavailable", room, ...problems]
    .filter((text) => text !== undefined).join(", ")
}
