/**
 * Cleaning by the clock.
 *
 * @import { SchedulesAnswer } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { html } from "../node_modules/lit-html/lit-html.js"
import * as icons from "./icons.js"
import { ask, send } from "./server.js"
import { device, now } from "./store.js"
import { toggle } from "./toggle.js"
import { cronInWords, inWords, week } from "./words.js"

/** @param {Promise<boolean>} sent */
const thenAsk = async (sent) => {
  if (await sent) await ask("schedules")
}

/** @param {ReadonlyArray<number>} segments */
const roomsOf = (segments) => {
  const rooms = device()?.rooms ?? []
  return segments.map((id) => rooms.find((room) => room.id === id)?.name ?? `Room ${id}`).join(", ")
}

/** @param {SchedulesAnswer["schedules"][number]} schedule */
const item = ({ action, cron, enabled, id, segments }) => {
  const when = cronInWords(cron)
  const what = action !== "start_clean" ? inWords(action) : segments.length === 0 ? "Everything" : roomsOf(segments)
  return html`<li>
    <div><strong>${when}</strong><span>${what}</span></div>
    ${toggle(`${when}, ${what}`, enabled, (on) => thenAsk(send({ do: "enableSchedule", id, enabled: on })))}
    <button type="button" class="small" aria-label="Delete ${when}, ${what}"
      @click=${() => confirm(`Delete: ${when}, ${what}?`) && thenAsk(send({ do: "removeSchedule", id }))}
      >${icons.trash}</button></li>`
}

/** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
const onAdd = (event) => {
  event.preventDefault()
  const form = new FormData(event.currentTarget)
  const [hour, minute] = String(form.get("time")).split(":").map(Number)
  const weekdays = form.getAll("day").map(Number)
  if (hour === undefined || minute === undefined || Number.isNaN(hour)) return
  const rooms = form.get("what") === "rooms" ? now().rooms : []
  void thenAsk(send({ do: "addSchedule", hour, minute, weekdays, rooms }, "Added."))
}

/** @param {SchedulesAnswer} answer @param {State} state */
export const scheduleList = ({ schedules }, { rooms }) =>
  html`${
    schedules.length === 0 ?
      html`<p class="hint">Nothing is planned on the robot.</p>` :
      html`<ul class="rows">${schedules.map(item)}</ul>`
  }
  <form class="add" @submit=${onAdd}><h3>Add</h3>
    <label class="choice"><span>Time</span><input type="time" name="time" value="09:00" required></label>
    <fieldset class="days"><legend>Days (none: every day)</legend>
      ${
    week.map(({ name, number }) =>
      html`<label><input type="checkbox" name="day" value=${number} aria-label=${name}><span>${
        name.slice(0, 2)
      }</span></label>`
    )
  }</fieldset>
    <label class="choice"><span>What</span><select name="what"><option value="all">Everything</option>
      <option value="rooms" ?disabled=${rooms.length === 0}>Chosen rooms${
    rooms.length === 0 ? " (choose them on the map)" : `: ${roomsOf(rooms)}`
  }</option></select></label>
    <button type="submit" class="plain">${icons.plus}Add</button></form>`
