/**
 * What is planned: routines, and cleaning by the clock.
 *
 * @import { CloudSchedulesAnswer } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { answered } from "./answer.js"
import { routineList } from "./routines.js"
import { scheduleList } from "./schedules.js"
import { cronInWords } from "./words.js"

/** @param {CloudSchedulesAnswer} answer */
const cloudList = ({ cloudSchedules }) =>
  cloudSchedules.length === 0 ?
    html`<p class="hint">Nothing is planned in the cloud.</p>` :
    html`<ul class="rows">${
      cloudSchedules.map(({ cron, enabled }) =>
        html`<li><div><strong>${cronInWords(cron)}</strong><span>${enabled ? "On" : "Off"}</span></div></li>`
      )
    }</ul><p class="hint">These are changed in the app.</p>`

/** @param {string} title @param {unknown} content */
const section = (title, content) => html`<section class="card"><h2>${title}</h2>${content}</section>`

/** @param {State} state */
export const plansTab = (state) => {
  const traits = state.offer?.traits ?? []
  return html`${
    traits.includes("routines")
      ? section("Routines", answered(state, "routines", (answer) => routineList(answer, state)))
      : nothing
  }${
    traits.includes("schedules")
      ? section("Schedules", answered(state, "schedules", (answer) => scheduleList(answer, state)))
      : nothing
  }${
    traits.includes("cloudSchedules")
      ? section("Schedules of the app", answered(state, "cloudSchedules", cloudList))
      : nothing
  }`
}
