/**
 * What the page shows: one object, changed in one place, drawn again after each change.
 *
 * @import { DeviceView, Event, Offer, Place, Plan, Scene } from "../src/internal/serve/messages.ts"
 */

/** @typedef {"rooms" | "zones" | "goTo"} Tool */
/** @typedef {"clean" | "care" | "plans" | "history" | "settings"} Tab */
/** @typedef {{ x: number, y: number, width: number, height: number }} Zone */
/** @typedef {{ x: number, y: number, scale: number }} View The middle of what is seen, and millimetres per pixel. */
/** @typedef {{ text: string, isError: boolean }} Notice */

/**
 * @typedef {object} State
 * @property {"connecting" | "open" | "lost" | "refused"} link
 * @property {number | undefined} lostAt
 * @property {string | undefined} failure
 * @property {boolean} isHomeKnown
 * @property {string | undefined} homeName
 * @property {ReadonlyArray<string>} order
 * @property {{ since: number, cause: string } | undefined} staleHome
 * @property {ReadonlyMap<string, DeviceView>} devices
 * @property {string | undefined} selected
 * @property {Offer | undefined} offer
 * @property {Plan | undefined} plan
 * @property {Scene | undefined} scene
 * @property {ReadonlyArray<number>} path
 * @property {string | undefined} mapTrouble
 * @property {Tool} tool
 * @property {ReadonlyArray<number>} rooms Those that were chosen, in this order.
 * @property {ReadonlyArray<Zone>} zones
 * @property {Zone | undefined} draft
 * @property {Place | undefined} target
 * @property {number} repeat
 * @property {boolean} inOrder
 * @property {View | undefined} view `undefined` while everything is shown.
 * @property {{ width: number, height: number }} size Of the map, in pixels.
 * @property {Tab} tab
 * @property {string | undefined} busy The command under way, as JSON.
 * @property {Notice | undefined} notice
 * @property {ReadonlyMap<string, unknown>} answers What was asked about the device, by question.
 * @property {number | undefined} shownRun
 */

/** What belongs to one device, and goes when another one is chosen. */
const nothingOfDevice = {
  offer: undefined,
  plan: undefined,
  scene: undefined,
  path: [],
  mapTrouble: undefined,
  rooms: [],
  zones: [],
  draft: undefined,
  target: undefined,
  view: undefined,
  answers: new Map(),
  shownRun: undefined
}

/** @type {State} */
let state = {
  link: "connecting",
  lostAt: undefined,
  failure: undefined,
  isHomeKnown: false,
  homeName: undefined,
  order: [],
  staleHome: undefined,
  devices: new Map(),
  selected: undefined,
  tool: "rooms",
  repeat: 1,
  inOrder: false,
  size: { width: 1, height: 1 },
  tab: "clean",
  busy: undefined,
  notice: undefined,
  ...nothingOfDevice
}

/** @type {(state: State) => void} */
let draw = () => {}
let isDrawing = false

/** @param {(state: State) => void} listener Called once per frame in which something changed. */
export const onChange = (listener) => {
  draw = listener
}

export const now = () => state

/** @param {Partial<State>} change */
export const update = (change) => {
  state = { ...state, ...change }
  if (isDrawing) return
  isDrawing = true
  requestAnimationFrame(() => {
    isDrawing = false
    draw(state)
  })
}

/** @returns {DeviceView | undefined} */
export const device = () => state.devices.get(state.selected ?? "")

/** @param {string} id */
export const choose = (id) => update({ ...nothingOfDevice, selected: id, tab: "clean", tool: "rooms" })

/**
 * What an event of the server changes.
 *
 * @param {Event} event
 */
export const receive = (event) => {
  switch (event._tag) {
    case "Home":
      return update({
        failure: undefined,
        isHomeKnown: true,
        homeName: event.name,
        order: event.devices,
        selected: event.selected,
        staleHome: event.stale,
        path: []
      })
    case "Device":
      return update({ devices: new Map(state.devices).set(event.device.id, event.device) })
    case "Offer":
      return update({ offer: event.offer })
    case "Plan": {
      const known = new Set(event.plan.rooms.map(({ id }) => id))
      return update({ plan: event.plan, rooms: state.rooms.filter((id) => known.has(id)) })
    }
    case "Scene":
      return update({ scene: event.scene, path: state.path.slice(0, event.path.keep).concat(event.path.add) })
    case "MapTrouble":
      return update({ mapTrouble: event.message })
    case "Failure":
      return update({ failure: event.message })
  }
}
