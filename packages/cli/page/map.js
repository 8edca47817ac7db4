/**
 * The map: rooms, what the robot did and does, and what a person plans.
 *
 * @import { PlanRoom } from "../src/internal/serve/messages.ts"
 * @import { State, Zone } from "./store.js"
 */
import { html, nothing, svg } from "../node_modules/lit-html/lit-html.js"
import { floorChoice } from "./floors.js"
import * as gestures from "./gestures.js"
import * as icons from "./icons.js"
import { update } from "./store.js"
import { showAll, viewOf, zoom } from "./view.js"
import { isMoving, moment } from "./words.js"

/** A longer jump is no line: the robot was carried, or points were left out. */
const gap = 500

/** @param {ReadonlyArray<number>} path */
const pathData = (path) => {
  let text = ""
  for (let index = 0; index + 1 < path.length; index += 2) {
    const [x = 0, y = 0] = [path[index], path[index + 1]]
    const isGap = index === 0 || Math.hypot(x - (path[index - 2] ?? x), y - (path[index - 1] ?? y)) > gap
    text += `${isGap ? "M" : "L"}${x} ${y}`
  }
  return text
}

/** @type {{ path: ReadonlyArray<number>, data: string }} */
let drawn = { path: [], data: "" }

/** @param {ReadonlyArray<number>} path */
const dataOf = (path) => {
  if (drawn.path !== path) drawn = { path, data: pathData(path) }
  return drawn.data
}

/** The direction last drawn, so that a robot never spins the long way round. */
let turned = 0

/** @param {number | undefined} angle Degrees, counter-clockwise from the right. */
const turn = (angle) => {
  if (angle === undefined) return turned
  const wanted = -angle
  turned += ((wanted - turned) % 360 + 540) % 360 - 180
  return turned
}

/** @param {PlanRoom} room @param {State} state */
const roomShape = ({ colour, id, outline }, { rooms, scene }) => {
  const isActive = scene?.activeRooms.includes(id) === true
  const isResting = !isActive && (scene?.activeRooms.length ?? 0) > 0
  return svg`<path class=${`room c${colour % 8}`} d=${outline} data-room=${id}
    ?data-chosen=${rooms.includes(id)} ?data-active=${isActive} ?data-resting=${isResting}></path>`
}

/** Characters that fit above a room of this width. @param {string} name @param {number} width @param {number} unit */
const fitting = (name, width, unit) => {
  const room = Math.max(4, Math.floor(width / (unit * 6)))
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`
}

/** @param {PlanRoom} room @param {State} state @param {number} unit Millimetres per pixel. */
const roomLabel = ({ id, label, name, width }, { rooms }, unit) => {
  const order = rooms.indexOf(id) + 1
  return svg`<g class="label" transform=${`translate(${label.x} ${label.y}) scale(${unit})`}>
    ${
    order === 0 ? nothing : svg`<g class="order"><circle cy="-19" r="11"></circle><text y="-14.5">${order}</text></g>`
  }
    <text y="5">${fitting(name, width, unit)}</text>
  </g>`
}

/** @param {Zone} zone @param {number} index @param {number} unit */
const plannedZone = ({ height, width, x, y }, index, unit) =>
  svg`<g class="planned-zone" data-zone=${index} tabindex="0" role="group" aria-label=${
    `Zone ${index + 1}, ${(width / 1000).toFixed(1)} by ${(height / 1000).toFixed(1)} metres. `
    + "Arrow keys move it, with shift they resize it, delete removes it."
  }>
    <rect x=${x} y=${y} width=${width} height=${height}></rect>
    <text transform=${`translate(${x} ${y}) scale(${unit})`} x="8" y="18">${index + 1}</text>
    <circle data-handle cx=${x + width} cy=${y + height} r=${unit * 9}></circle>
  </g>`

/** @param {State} state @param {number} unit */
const planned = ({ draft, target, tool, zones }, unit) =>
  svg`${tool === "zones" ? zones.map((zone, index) => plannedZone(zone, index, unit)) : nothing}
    ${
    draft === undefined
      ? nothing
      : svg`<rect class="draft" x=${draft.x} y=${draft.y} width=${draft.width} height=${draft.height}></rect>`
  }
    ${
    tool !== "goTo" || target === undefined ? nothing : svg`<g class="pin" data-target tabindex="0" role="group"
      aria-label="The point to drive to. Arrow keys move it, delete removes it."
      transform=${`translate(${target.x} ${target.y}) scale(${unit * 1.6})`}>
      <path d="M0 0C8-9 11.5-14 11.5-19.500a11.5 11.5 0 0 0-23 0C-11.5-14-8-9 0 0z"></path>
      <circle cy="-19.5" r="4"></circle></g>`
  }`

/** What lies on the floor. @param {State} state @param {number} unit Millimetres per pixel. */
const traces = ({ path, scene }, unit) => {
  if (scene === undefined) return nothing
  const { obstacles, zones } = scene
  const data = dataOf(path)
  return svg`
    ${
    zones.map(({ height, width, x, y }) =>
      svg`<rect class="zone" x=${x} y=${y} width=${width} height=${height}></rect>`
    )
  }
    <path class="shadow" d=${data}></path><path class="path" d=${data}></path>
    ${
    obstacles.map(({ name, x, y }) =>
      svg`<g class="obstacle" transform=${`translate(${x} ${y}) scale(${unit})`}><title>${name}</title>
        <path d="M0-8 8 6H-8z"></path></g>`
    )
  }`
}

/** What stands above all. @param {State} state @param {number} unit */
const machines = ({ scene }, unit) => {
  if (scene === undefined) return nothing
  const { charger, robot, target } = scene
  const size = Math.max(1, unit * 11 / 175)
  return svg`
    ${
    charger === undefined ?
      nothing :
      svg`<g class="charger" transform=${`translate(${charger.x} ${charger.y}) scale(${size})`}><rect x="-170" y="-170" width="340" height="340" rx="90"></rect>
      <path d="M25-110-70 20H0l-25 90L75-25H5z"></path></g>`
  }
    ${target === undefined ? nothing : svg`<circle class="goal" cx=${target.x} cy=${target.y} r=${unit * 7}></circle>`}
    ${
    robot === undefined ?
      nothing :
      svg`<g class="robot" .style=${`transform: translate(${robot.x}px, ${robot.y}px) rotate(${
        turn(robot.angle)
      }deg) scale(${size})`}><circle class="halo" r="250"></circle><circle class="body" r="175"></circle>
      <circle class="lidar" r="62"></circle><path class="nose" d="M95-60 150 0 95 60z"></path></g>`
  }`
}

/** What the map shows, in words. @param {State} state */
const description = ({ devices, plan, selected }) => {
  const vacuum = devices.get(selected ?? "")
  const where = vacuum?.currentRoom === undefined ? "" : ` The robot is in: ${vacuum.currentRoom.name}.`
  return `Map with ${plan?.rooms.length ?? 0} rooms.${where} Arrow keys move it, plus and minus zoom, 0 shows all.`
}

/** @param {State} state */
const drawing = (state) => {
  const { plan, size } = state
  const view = viewOf(state)
  if (plan === undefined || view === undefined) return nothing
  const { scale } = view
  const box = [
    view.x - size.width * scale / 2,
    view.y - size.height * scale / 2,
    size.width * scale,
    size.height * scale
  ]
  const vacuum = state.devices.get(state.selected ?? "")
  return svg`<svg class="map" data-tool=${state.tool} tabindex="0" role="group" aria-label=${description(state)}
    viewBox=${box.map((number) => number.toFixed(1)).join(" ")}
    ?data-moving=${vacuum !== undefined && isMoving(vacuum)}
    @pointerdown=${gestures.onPointerDown} @pointermove=${gestures.onPointerMove}
    @pointerup=${gestures.onPointerUp} @pointercancel=${gestures.onPointerUp}
    @wheel=${gestures.onWheel} @keydown=${gestures.onKeyDown}>
    <path class="floor" d=${plan.floor}></path>
    ${plan.rooms.map((room) => roomShape(room, state))}
    <path class="carpets" d=${plan.carpets}></path>
    <path class="solid" d=${plan.solid}></path><path class="walls" d=${plan.walls}></path>
    <path class="no-vacuum" d=${plan.noVacuum}></path>
    <path class="no-mop" d=${plan.noMop}></path><path class="no-go" d=${plan.noGo}></path>
    <path class="barrier" d=${plan.barriers}></path>
    ${traces(state, scale)}
    <g aria-hidden="true">${plan.rooms.map((room) => roomLabel(room, state, scale))}</g>
    ${machines(state, scale)}
    ${planned(state, scale)}
  </svg>`
}

/** @param {import("./store.js").Tool} tool @param {unknown} icon @param {string} label @param {State} state */
const toolButton = (tool, icon, label, state) =>
  html`<button type="button" aria-pressed=${state.tool === tool} @click=${() =>
    update({ tool })}>${icon}${label}</button>`

/** @param {State} state */
const emptyText = ({ devices, mapTrouble, offer, selected }) => {
  const vacuum = devices.get(selected ?? "")
  if (vacuum === undefined) return ""
  const hasNone = vacuum.unsupported !== undefined || offer !== undefined && !offer.traits.includes("map")
  if (hasNone) return "There is no map of this device."
  return mapTrouble ?? "Reading the map …"
}

/** That the map is not the present one, and why. @param {State} state */
const oldMap = ({ devices, mapTrouble, scene, selected }) => {
  const isStale = devices.get(selected ?? "")?.stale === true
  if (scene === undefined || mapTrouble === undefined && !isStale) return nothing
  return html`<p class="map-trouble">${icons.warning}<span>Map as of ${moment(scene.readAt)}. ${mapTrouble}</span></p>`
}

/** @param {State} state */
export const mapView = (state) => {
  const traits = state.offer?.traits ?? []
  return html`<section class="map-area" aria-label="Map">
    ${floorChoice(state)}
    ${state.plan === undefined ? html`<p class="no-map">${emptyText(state)}</p>` : drawing(state)}
    ${
    state.plan === undefined ? nothing : html`
      <div class="tools" role="group" aria-label="What a tap on the map does">
        ${toolButton("rooms", icons.room, "Rooms", state)}
        ${traits.includes("zones") ? toolButton("zones", icons.zone, "Zones", state) : nothing}
        ${traits.includes("goTo") ? toolButton("goTo", icons.pin, "Go to", state) : nothing}
      </div>
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" @click=${() => zoom(1.4)}>${icons.plus}</button>
        <button type="button" aria-label="Zoom out" @click=${() => zoom(1 / 1.4)}>${icons.minus}</button>
        <button type="button" aria-label="Show all" @click=${showAll}>${icons.whole}</button>
      </div>
      ${oldMap(state)}`
  }
  </section>`
}

/** Keeps the size of the map in the state. @param {Element} page */
export const measure = (page) => {
  const observer = new ResizeObserver(([entry]) => {
    if (entry !== undefined && entry.contentRect.width > 0) {
      update({ size: { width: entry.contentRect.width, height: entry.contentRect.height } })
    }
  })
  /** @type {Element | null} */
  let observed = null
  return () => {
    const area = page.querySelector(".map-area")
    if (area === observed) return
    observer.disconnect()
    observed = area
    if (area !== null) observer.observe(area)
  }
}
