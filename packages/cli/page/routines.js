/**
 * Routines of the app.
 *
 * @import { RoutinesAnswer } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { send } from "./server.js"

/** @param {RoutinesAnswer["routines"][number]} routine @param {State} state */
const item = ({ enabled, id, name }, { busy }) => {
  /** @type {import("../src/internal/serve/commands.ts").Command} */
  const command = { do: "routine", id }
  return html`<li><div><strong>${name}</strong>${enabled ? nothing : html`<span>Off in the app</span>`}</div>
    <button type="button" class="plain" aria-label="Run ${name}" aria-disabled=${!enabled}
      ?data-busy=${busy === JSON.stringify(command)}
      @click=${() => enabled && send(command, `${name} runs.`)}>Run</button></li>`
}

/** @param {RoutinesAnswer} answer @param {State} state */
export const routineList = ({ routines }, state) =>
  routines.length === 0
    ? html`<p class="hint">There are none. They are made in the app.</p>`
    : html`<ul class="rows">${routines.map((routine) => item(routine, state))}</ul>`
