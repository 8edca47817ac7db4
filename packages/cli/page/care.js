/**
 * Parts that wear.
 *
 * @import { ConsumablesAnswer } from "../src/internal/serve/messages.ts"
 */
import { html } from "../node_modules/lit-html/lit-html.js"
import { ask, send } from "./server.js"
import { duration, inWords } from "./words.js"

/** @typedef {ConsumablesAnswer["consumables"][number]} Consumable */

/** @param {Consumable} part */
const left = ({ left, leftPercent, unit }) => {
  if (left <= 0) return "overdue"
  if (unit === "seconds") return `${duration(left)} left`
  return unit === "times" ? `${left} times left` : `${leftPercent} % left`
}

/** @param {Consumable["part"]} part */
const reset = async (part) => {
  const name = inWords(part)
  if (!confirm(`Has the part been replaced or cleaned? Its counter starts anew: ${name}.`)) return
  if (await send({ do: "resetPart", part }, `${name}: counter reset.`)) await ask("consumables")
}

/** @param {ConsumablesAnswer} answer */
export const careList = ({ consumables }) =>
  consumables.length === 0 ?
    html`<p class="hint">This device does not tell about its parts.</p>` :
    html`<ul class="parts">
    ${
      consumables.map((part) =>
        html`<li data-level=${part.leftPercent <= 10 ? "low" : "good"}>
      <div><strong>${inWords(part.part)}</strong><span>${left(part)}</span></div>
      <meter min="0" max="100" low="10" value=${part.leftPercent} aria-label="${inWords(part.part)}: left"></meter>
      <button type="button" class="plain" aria-label="Reset ${inWords(part.part)}"
        @click=${() => reset(part.part)}>Reset</button></li>`
      )
    }</ul>`
