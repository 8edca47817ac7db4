/** One of several values, as a list that opens. */
import { live } from "../node_modules/lit-html/directives/live.js"
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { inWords } from "./words.js"

/** @typedef {{ readonly value: string, readonly text: string }} Entry */

/**
 * @param {string} label
 * @param {ReadonlyArray<Entry>} entries
 * @param {string | undefined} current
 * @param {(value: string) => void} onChoice
 */
export const choice = (label, entries, current, onChoice) => {
  const isKnown = entries.some(({ value }) => value === current)
  /** @param {Event & { currentTarget: HTMLSelectElement }} event */
  const onChange = ({ currentTarget }) => onChoice(currentTarget.value)
  return html`<label class="choice"><span>${label}</span><select .value=${live(current ?? "")} @change=${onChange}>
    ${isKnown ? nothing : html`<option value=${current ?? ""} selected>${inWords(current ?? "")}</option>`}
    ${entries.map(({ text, value }) => html`<option value=${value} ?selected=${value === current}>${text}</option>`)}
  </select></label>`
}

/**
 * The same with names of the protocol; nothing where there is no choice.
 *
 * @param {string} label
 * @param {ReadonlyArray<string>} names
 * @param {string | undefined} current
 * @param {(value: string) => void} onChoice
 */
export const choiceOf = (label, names, current, onChoice) =>
  names.length === 0
    ? nothing
    : choice(label, names.map((value) => ({ value, text: inWords(value) })), current, onChoice)
