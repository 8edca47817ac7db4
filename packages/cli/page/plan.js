/**
 * What a person plans on the map: rooms, zones, or a point to drive to.
 *
 * @import { Place } from "../src/internal/serve/messages.ts"
 * @import { Command } from "../src/internal/serve/commands.ts"
 * @import { State, Zone } from "./store.js"
 */
import { device, now, update } from "./store.js"
import { viewOf } from "./view.js"
import { isMoving } from "./words.js"

/** As devices allow. */
const maxZones = 5

/** Millimetres: what a robot can turn around in. */
const smallest = 400

/** The zone of a tap. */
const usual = 1500

/** @param {number} id */
export const toggleRoom = (id) => {
  const { rooms } = now()
  update({ rooms: rooms.includes(id) ? rooms.filter((room) => room !== id) : [...rooms, id] })
}

/** @param {Place} from @param {Place} to @returns {Zone} */
export const zoneOf = (from, to) => ({
  x: Math.round(Math.min(from.x, to.x)),
  y: Math.round(Math.min(from.y, to.y)),
  width: Math.round(Math.abs(from.x - to.x)),
  height: Math.round(Math.abs(from.y - to.y))
})

/** @param {Zone} zone @returns {Zone} */
const usable = ({ height, width, x, y }) => ({
  x: Math.round(x),
  y: Math.round(y),
  width: Math.max(smallest, Math.round(width)),
  height: Math.max(smallest, Math.round(height))
})

/** Adds what was drawn; what is too small for that was a tap. @param {Zone} drawn */
export const addZone = (drawn) => {
  const { zones } = now()
  if (zones.length >= maxZones) {
    return update({ notice: { text: `No more than ${maxZones} zones at a time.`, isError: true } })
  }
  const { height, width, x, y } = drawn
  const isTap = width < smallest / 2 && height < smallest / 2
  const zone = isTap ? { x: x - usual / 2, y: y - usual / 2, width: usual, height: usual } : drawn
  update({ zones: [...zones, usable(zone)], notice: undefined })
}

/** Adds a zone in the middle of what is seen. */
export const addZoneInView = () => {
  const view = viewOf(now())
  if (view !== undefined) addZone({ x: view.x, y: view.y, width: 0, height: 0 })
}

/** @param {number} number @param {Zone} zone */
export const changeZone = (number, zone) =>
  update({ zones: now().zones.map((before, index) => index === number ? usable(zone) : before) })

/** @param {number} number */
export const removeZone = (number) => update({ zones: now().zones.filter((_, index) => index !== number) })

/** @param {Place | undefined} place */
export const setTarget = (place) =>
  update({ target: place === undefined ? undefined : { x: Math.round(place.x), y: Math.round(place.y) } })

/** @param {ReadonlyArray<number>} rooms @param {State} state */
const roomNames = (rooms, { plan, selected, devices }) => {
  const known = plan?.rooms ?? devices.get(selected ?? "")?.rooms ?? []
  return rooms.map((id) => known.find((room) => room.id === id)?.name ?? `room ${id}`)
}

/** @param {number} count @param {string} noun */
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`

/**
 * The command that the main button sends, and what is on it.
 *
 * @param {State} state
 * @returns {{ label: string, command: Command, isPlanned: boolean }}
 */
export const mainCommand = (state) => {
  const { inOrder, repeat, rooms, target, tool, zones } = state
  if (tool === "rooms" && rooms.length > 0) {
    const [name = ""] = roomNames(rooms, state)
    const label = rooms.length === 1 ? `Clean ${name}` : `Clean ${counted(rooms.length, "room")}`
    return { label, command: { do: "rooms", rooms, repeat, inOrder }, isPlanned: true }
  }
  if (tool === "zones" && zones.length > 0) {
    return { label: `Clean ${counted(zones.length, "zone")}`, command: { do: "zones", zones, repeat }, isPlanned: true }
  }
  if (tool === "goTo" && target !== undefined) {
    return { label: "Go there", command: { do: "goTo", ...target }, isPlanned: true }
  }
  const vacuum = device()
  if (vacuum !== undefined && isMoving(vacuum)) return { label: "Pause", command: { do: "pause" }, isPlanned: false }
  const isBegun = vacuum?.activity === "paused" || vacuum?.unfinished !== undefined
  return { label: isBegun ? "Resume" : "Clean everything", command: { do: "start" }, isPlanned: false }
}

/** What was planned is under way. */
export const clearPlan = () => update({ rooms: [], zones: [], target: undefined })
