/**
 * What a question about the device has brought.
 *
 * @import { State } from "./store.js"
 * @import { Answers } from "./server.js"
 */
import { html } from "../node_modules/lit-html/lit-html.js"
import { ask, pending } from "./server.js"

/**
 * Shows an answer, or what there is in its place.
 *
 * @template {keyof Answers} Question
 * @param {State} state
 * @param {Question} question
 * @param {(answer: Answers[Question]) => unknown} show
 */
export const answered = ({ answers }, question, show) => {
  const answer = answers.get(question)
  if (answer === undefined || answer === pending) return html`<p class="hint">Asking the device …</p>`
  if (answer instanceof Error) {
    return html`<p class="hint">${answer.message}</p>
      <button type="button" class="plain" @click=${() => ask(question)}>Try again</button>`
  }
  return show(/** @type {Answers[Question]} the answer to this question */ (answer))
}
