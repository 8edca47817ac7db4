/**
 * What a person tells the device to do.
 *
 * @import { Command } from "../src/internal/serve/commands.ts"
 * @import { NamedRoom, PlanRoom } from "../src/internal/serve/messages.ts"
 * @import { State } from "./store.js"
 */
import { live } from "../node_modules/lit-html/directives/live.js"
import { html, nothing } from "../node_modules/lit-html/lit-html.js"
import { choiceOf } from "./choice.js"
import * as icons from "./icons.js"
import { addZoneInView, clearPlan, mainCommand, removeZone, setTarget, toggleRoom } from "./plan.js"
import { send } from "./server.js"
import { device, now, update } from "./store.js"
import { area, isMoving } from "./words.js"

const onMain = async () => {
  const { command, isPlanned } = mainCommand(now())
  if (await send(command) && isPlanned) clearPlan()
}

/** @param {string} label @param {unknown} icon @param {Command} command @param {boolean} isUseful @param {string} [done] */
const action = (label, icon, command, isUseful, done) =>
  html`<button type="button" class="action" aria-disabled=${!isUseful} ?data-busy=${
    now().busy === JSON.stringify(command)
  }
    @click=${() => isUseful && send(command, done)}>${icon}<span>${label}</span></button>`

/** @param {State} state */
export const actions = (state) => {
  const vacuum = device()
  const traits = state.offer?.traits ?? []
  if (vacuum === undefined || !traits.includes("cleaning")) return nothing
  const { command, label } = mainCommand(state)
  const moving = isMoving(vacuum)
  const isHome = vacuum.activity === "docked"
  return html`<div class="actions" role="group" aria-label="Control">
    <button type="button" class="main" ?data-busy=${state.busy === JSON.stringify(command)}
      @click=${onMain}>${command.do === "pause" ? icons.pause : icons.play}<span>${label}</span></button>
    ${command.do === "pause" ? nothing : action("Pause", icons.pause, { do: "pause" }, moving)}
    ${action("Stop", icons.stop, { do: "stop" }, !isHome)}
    ${action("Dock", icons.dock, { do: "dock" }, !isHome && vacuum.activity !== "returning")}
    ${
    traits.includes("locate")
      ? action("Locate", icons.locate, { do: "locate" }, true, "It says where it is: listen.")
      : nothing
  }
  </div>`
}

/** @param {State} state */
const repeats = ({ repeat }) =>
  html`<fieldset class="repeat"><legend>How often</legend>
    ${
    [1, 2, 3].map((times) =>
      html`<label><input type="radio" name="repeat" .checked=${live(repeat === times)} value=${times}
      @change=${() => update({ repeat: times })}><span>${times}×</span></label>`
    )
  }</fieldset>`

/** @param {State} state */
const roomChoice = (state) => {
  /** @type {ReadonlyArray<NamedRoom & Partial<PlanRoom>>} */
  const rooms = state.plan?.rooms ?? device()?.rooms ?? []
  if (rooms.length === 0) return html`<p class="hint">No rooms are known yet. Let the robot clean once.</p>`
  return html`<div class="rooms" role="group" aria-label="Rooms to clean">
      ${
    rooms.map((room) => {
      const order = state.rooms.indexOf(room.id) + 1
      return html`<button type="button" class="chip ${room.colour === undefined ? "" : `c${room.colour % 8}`}"
        aria-pressed=${order > 0} @click=${() => toggleRoom(room.id)}>
        <span class="swatch">${order > 0 ? order : ""}</span>${room.name}
        ${room.area !== undefined ? html`<small>${area(room.area)}</small>` : nothing}</button>`
    })
  }
    </div>
    ${state.rooms.length === 0 ? html`<p class="hint">Choose rooms here or on the map.</p>` : repeats(state)}
    ${
    state.rooms.length < 2 ? nothing : html`<label class="check"><input type="checkbox" .checked=${live(state.inOrder)}
      @change=${() => update({ inOrder: !state.inOrder })}> In this order</label>`
  }`
}

/** @param {State} state */
const zoneChoice = (state) =>
  html`<ul class="zones">
      ${
    state.zones.map((zone, index) =>
      html`<li>Zone ${index + 1}, ${(zone.width / 1000).toFixed(1)} × ${(zone.height / 1000).toFixed(1)} m
        <button type="button" class="small" aria-label="Remove zone ${index + 1}"
          @click=${() => removeZone(index)}>${icons.trash}</button></li>`
    )
  }
    </ul>
    <button type="button" class="plain" @click=${addZoneInView}>${icons.plus}Add a zone</button>
    ${
    state.zones.length === 0 ? html`<p class="hint">Draw on the map, or tap it, or add one here.</p>` : repeats(state)
  }`

/** @param {State} state */
const targetChoice = ({ plan, target }) =>
  html`<p class="hint">${
    target === undefined ? "Tap the place on the map, or choose the middle of a room." : "It goes to the pin."
  }</p>
    <div class="rooms" role="group" aria-label="Go to the middle of a room">
      ${
    plan?.rooms.map(({ colour, label, name }) =>
      html`<button type="button" class="chip c${colour % 8}" @click=${() =>
        setTarget(label)}><span class="swatch"></span>
        ${name}</button>`
    )
  }
    </div>`

/** @param {State} state */
const planning = (state) => {
  switch (state.tool) {
    case "rooms":
      return roomChoice(state)
    case "zones":
      return zoneChoice(state)
    case "goTo":
      return targetChoice(state)
  }
}

const titles = { rooms: "Rooms", zones: "Zones", goTo: "Go to a point" }

/** @param {State} state */
const modes = (state) => {
  const vacuum = device()
  const { offer } = state
  if (vacuum === undefined || offer === undefined || !offer.traits.includes("modes")) return nothing
  /** @param {"fan" | "water" | "route"} level @param {string} value */
  const set = (level, value) => void send({ do: "levels", [level]: value })
  const isAnyMode = offer.modes.length > 0
  return html`<section class="card"><h2>How it cleans</h2><div class="choices">
    ${
    isAnyMode
      ? choiceOf("Mode", offer.modes, vacuum.mode, (value) => {
        const mode = offer.modes.find((known) => known === value)
        if (mode !== undefined) void send({ do: "mode", mode })
      })
      : nothing
  }
    ${choiceOf("Suction", offer.fan, vacuum.fan, (value) => set("fan", value))}
    ${choiceOf("Water", offer.water, vacuum.water, (value) => set("water", value))}
    ${choiceOf("Route", offer.routes, vacuum.mopRoute, (value) => set("route", value))}
  </div></section>`
}

/** @param {State} state */
export const cleanTab = (state) => {
  if (state.offer === undefined) return nothing
  return state.offer.traits.includes("cleaning")
    ? html`<section class="card"><h2>${titles[state.tool]}</h2>${planning(state)}</section>${modes(state)}`
    : html`<p class="hint">This page cannot control devices of this kind.</p>`
}
