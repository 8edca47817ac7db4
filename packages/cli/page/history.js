/**
 * Past cleanings.
 *
 * @import { HistoryAnswer } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { runMapPath } from "./server.js"
import { update } from "./store.js"
import { area, duration, inWords, moment } from "./words.js"

/** @param {HistoryAnswer["runs"][number]} run @param {number | undefined} shown */
const runItem = ({ area: cleaned, begin, complete, duration: seconds, finish, startedBy }, shown) => {
  const isShown = shown === begin
  const end = complete ? "finished" : finish === undefined ? "not finished" : inWords(finish).toLowerCase()
  return html`<li>
    <div><strong>${moment(begin * 1000)}</strong>
      <span>${area(cleaned)} · ${duration(seconds)} · ${end}${
    startedBy === undefined ? "" : ` · by ${inWords(startedBy).toLowerCase()}`
  }</span></div>
    <button type="button" class="plain" aria-expanded=${isShown} aria-label="Map of ${moment(begin * 1000)}"
      @click=${() => update({ shownRun: isShown ? undefined : begin })}>Map</button>
    ${isShown ? html`<img src=${runMapPath(begin)} alt="Map of this cleaning">` : nothing}</li>`
}

/** @param {HistoryAnswer} answer @param {State} state */
export const historyList = ({ area: total, count, runs, seconds }, { shownRun }) =>
  html`<p class="hint">${
    [
      count === undefined ? undefined : `${count} cleaning${count === 1 ? "" : "s"}`,
      total === undefined ? undefined : area(total),
      duration(seconds)
    ]
      .filter((text) => text !== undefined).join(" · ")
  } in all</p>
  ${
    runs.length === 0 ? html`<p class="hint">Nothing has been cleaned yet.</p>` : html`<ul class="runs">
    ${runs.map((run) => runItem(run, shownRun))}</ul>`
  }`
