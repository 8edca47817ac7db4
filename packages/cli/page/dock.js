/**
 * What the dock does with dust and mop, and how its tanks are.
 *
 * @import { DeviceView } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { send } from "./server.js"
import { device } from "./store.js"
import { inWords } from "./words.js"

/** @type {ReadonlyArray<{ job: DeviceView["dockJobs"][number], title: string, running: string }>} */
const jobs = [
  { job: "emptying", title: "Empty the robot", running: "Emptying" },
  { job: "washing", title: "Wash the mop", running: "Washing" },
  { job: "drying", title: "Dry the mop", running: "Drying" }
]

/** @param {typeof jobs[number]} job @param {DeviceView} vacuum @param {State} state */
const jobItem = ({ job, running, title }, { activity, dockJobs }, { busy }) => {
  const isRunning = dockJobs.includes(job)
  const isUseful = isRunning || activity === "docked"
  /** @type {import("../src/internal/serve/commands.ts").Command} */
  const command = { do: "dockJob", job, on: !isRunning }
  return html`<li>
    <div><strong>${title}</strong>${isRunning ? html`<span>${running} …</span>` : nothing}</div>
    <button type="button" class="plain" aria-disabled=${!isUseful} ?data-busy=${busy === JSON.stringify(command)}
      aria-label="${isRunning ? "Stop" : "Start"}: ${title}"
      @click=${() => isUseful && send(command)}>${isRunning ? "Stop" : "Start"}</button></li>`
}

/** @param {DeviceView["dockParts"]} parts */
const partsText = (parts) =>
  Object.entries(parts ?? {}).flatMap(([part, status]) =>
    status === "fine" || status === "problem"
      ? [`${inWords(part)} ${status === "fine" ? "fine" : "needs attention"}`]
      : []
  ).join(" · ")

/** Nothing where the dock only charges. @param {State} state */
export const dockCard = (state) => {
  const vacuum = device()
  const offered = jobs.filter(({ job }) => state.offer?.traits.includes(job))
  if (vacuum === undefined || offered.length === 0) return nothing
  const parts = partsText(vacuum.dockParts)
  return html`<section class="card"><h2>Dock</h2>
    ${parts === "" ? nothing : html`<p class="hint">${parts}</p>`}
    <ul class="rows">${offered.map((job) => jobItem(job, vacuum, state))}</ul>
    ${
    vacuum.activity === "docked" || vacuum.dockJobs.length > 0
      ? nothing
      : html`<p class="hint">The robot has to be in its dock.</p>`
  }</section>`
}
