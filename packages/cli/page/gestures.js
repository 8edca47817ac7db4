/**
 * Fingers, mouse, wheel and keys on the map.
 *
 * @import { Place } from "../src/internal/serve/messages.ts"
 * @import { Zone } from "./store.js"
 */
import { addZone, changeZone, removeZone, setTarget, toggleRoom, zoneOf } from "./plan.js"
import { now, update } from "./store.js"
import { pan, placeAt, showAll, zoom } from "./view.js"

/** Less than this is a tap, in pixels. */
const slack = 6

/** @typedef {{ x: number, y: number }} Pointer */

/**
 * @typedef {object} Gesture
 * @property {"pan" | "draw" | "move" | "resize" | "pin"} kind
 * @property {Element} under What was touched first.
 * @property {Place} start
 * @property {boolean} moved
 * @property {number} zone The number of the zone it is about.
 * @property {Zone | undefined} before
 */

/** @type {Map<number, Pointer>} */
const pointers = new Map()

/** @type {Gesture | undefined} */
let gesture

/** @param {Element} under @param {boolean} isPanning */
const kindOf = (under, isPanning) => {
  if (under.closest("[data-handle]") !== null) return "resize"
  if (under.closest("[data-zone]") !== null) return "move"
  if (under.closest("[data-target]") !== null) return "pin"
  return now().tool === "zones" && !isPanning ? "draw" : "pan"
}

/** @param {PointerEvent & { currentTarget: SVGSVGElement }} event */
export const onPointerDown = (event) => {
  const { button, clientX, clientY, currentTarget, pointerId, shiftKey, target } = event
  const start = placeAt(currentTarget, event)
  if (!(target instanceof Element) || start === undefined || button > 1) return
  currentTarget.setPointerCapture(pointerId)
  pointers.set(pointerId, { x: clientX, y: clientY })
  if (pointers.size > 1) {
    // A second finger: what the first one began was no drawing.
    update({ draft: undefined })
    gesture = undefined
    return
  }
  const zone = Number(target.closest("[data-zone]")?.getAttribute("data-zone") ?? -1)
  const kind = kindOf(target, button === 1 || shiftKey)
  gesture = { kind, under: target, start, moved: false, zone, before: now().zones[zone] }
}

/** @param {PointerEvent & { currentTarget: SVGSVGElement }} event */
export const onPointerMove = (event) => {
  const before = pointers.get(event.pointerId)
  if (before === undefined) return
  const after = { x: event.clientX, y: event.clientY }
  if (pointers.size === 2) pinch(event, before, after)
  else if (gesture !== undefined) drag(event, gesture, before, after)
}

/**
 * @param {PointerEvent & { currentTarget: SVGSVGElement }} event
 * @param {Gesture} active
 * @param {Pointer} before
 * @param {Pointer} after
 */
const drag = ({ clientX, clientY, currentTarget, pointerId }, active, before, after) => {
  if (!active.moved && Math.hypot(after.x - before.x, after.y - before.y) < slack) return
  active.moved = true
  pointers.set(pointerId, after)
  const place = placeAt(currentTarget, { clientX, clientY })
  if (place === undefined) return
  const dx = place.x - active.start.x
  const dy = place.y - active.start.y
  const { before: zone } = active
  switch (active.kind) {
    case "pan":
      return pan(after.x - before.x, after.y - before.y)
    case "draw":
      return update({ draft: zoneOf(active.start, place) })
    case "pin":
      return setTarget(place)
    case "move":
      if (zone !== undefined) changeZone(active.zone, { ...zone, x: zone.x + dx, y: zone.y + dy })
      return
    case "resize":
      if (zone !== undefined) changeZone(active.zone, { ...zone, width: zone.width + dx, height: zone.height + dy })
  }
}

/**
 * @param {PointerEvent & { currentTarget: SVGSVGElement }} event
 * @param {Pointer} before
 * @param {Pointer} after
 */
const pinch = ({ currentTarget, pointerId }, before, after) => {
  const other = Array.from(pointers).find(([id]) => id !== pointerId)?.[1]
  if (other === undefined) return
  const middle = placeAt(currentTarget, { clientX: (after.x + other.x) / 2, clientY: (after.y + other.y) / 2 })
  const was = Math.hypot(before.x - other.x, before.y - other.y)
  const is = Math.hypot(after.x - other.x, after.y - other.y)
  pan((after.x - before.x) / 2, (after.y - before.y) / 2)
  if (was > 0) zoom(is / was, middle)
  pointers.set(pointerId, after)
}

/** @param {PointerEvent & { currentTarget: SVGSVGElement }} event */
export const onPointerUp = (event) => {
  if (!pointers.delete(event.pointerId)) return
  const ended = gesture
  gesture = undefined
  const { draft } = now()
  if (draft !== undefined) {
    update({ draft: undefined })
    addZone(draft)
  } else if (ended !== undefined && !ended.moved && event.type === "pointerup") tap(ended)
}

/** @param {Gesture} ended */
const tap = ({ kind, start, under }) => {
  const { tool } = now()
  if (tool === "goTo") return setTarget(start)
  if (kind === "draw") return addZone(zoneOf(start, start))
  const room = under.closest("[data-room]")?.getAttribute("data-room")
  if (tool === "rooms" && room !== null && room !== undefined) toggleRoom(Number(room))
}

/** @param {WheelEvent & { currentTarget: SVGSVGElement }} event */
export const onWheel = (event) => {
  event.preventDefault()
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY
  zoom(Math.exp(-pixels / 400), placeAt(event.currentTarget, event))
}

/** @type {Readonly<Record<string, readonly [dx: number, dy: number]>>} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/** Pixels that an arrow moves the map. */
const step = 60

/** Millimetres that an arrow moves a zone or the point. */
const nudge = 100

/** @param {KeyboardEvent} event */
export const onKeyDown = (event) => {
  const { key, shiftKey, target } = event
  if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return
  const arrow = arrows[key]
  const number = Number(target.getAttribute("data-zone") ?? -1)
  const zone = now().zones[number]
  const point = target.hasAttribute("data-target") ? now().target : undefined
  if (arrow !== undefined) {
    const [dx, dy] = [arrow[0] * nudge, arrow[1] * nudge]
    if (zone !== undefined && shiftKey) {
      changeZone(number, { ...zone, width: zone.width + dx, height: zone.height + dy })
    } else if (zone !== undefined) changeZone(number, { ...zone, x: zone.x + dx, y: zone.y + dy })
    else if (point !== undefined) setTarget({ x: point.x + dx, y: point.y + dy })
    else pan(-arrow[0] * step, -arrow[1] * step)
  } else if (key === "+" || key === "=") zoom(1.25)
  else if (key === "-") zoom(1 / 1.25)
  else if (key === "0") showAll()
  else if (key === "Delete" && zone !== undefined) removeZone(number)
  else if (key === "Delete" && point !== undefined) setTarget(undefined)
  else return
  event.preventDefault()
}
