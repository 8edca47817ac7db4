/**
 * The floor that the device is on.
 *
 * @import { FloorsAnswer } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { choice } from "./choice.js"
import { ask, send } from "./server.js"
import { device } from "./store.js"

/** @param {unknown} answer @returns {answer is FloorsAnswer} */
const isFloors = (answer) => typeof answer === "object" && answer !== null && "floors" in answer

/** Nothing while there is one floor only. @param {State} state */
export const floorChoice = ({ answers, offer }) => {
  if (offer === undefined || !offer.traits.includes("floors")) return nothing
  const answer = answers.get("floors")
  if (answer === undefined) void ask("floors")
  if (!isFloors(answer) || answer.floors.length < 2) return nothing
  const entries = answer.floors.map(({ id, name }) => ({ value: String(id), text: name }))
  return html`<div class="floors">${
    choice("Floor", entries, String(device()?.floor ?? ""), (value) => void send({ do: "floor", floor: Number(value) }))
  }</div>`
}
