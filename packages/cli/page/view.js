/**
 * Which part of the map is seen, and how far it is away.
 *
 * @import { Place, Plan } from "../src/internal/serve/messages.ts"
 * @import { State, View } from "./store.js"
 */
import { now, update } from "./store.js"

/** How close one can come, in millimetres per pixel. */
const closest = 2

/** What the buttons above and below the map take, in pixels. */
const bars = 108

/** @param {Plan} plan @param {State["size"]} size @returns {View} */
const whole = ({ box }, size) => ({
  x: box.x + box.width / 2,
  y: box.y + box.height / 2,
  scale: Math.max(box.width / size.width, box.height / Math.max(size.height - bars, size.height / 2))
})

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high))

/** What is seen now. @param {State} state @returns {View | undefined} */
export const viewOf = ({ plan, size, view }) => plan === undefined ? undefined : view ?? whole(plan, size)

/** @param {View} view */
const show = (view) => {
  const { plan, size } = now()
  if (plan === undefined) return
  const { box } = plan
  update({
    view: {
      scale: clamp(view.scale, closest, whole(plan, size).scale * 1.5),
      x: clamp(view.x, box.x, box.x + box.width),
      y: clamp(view.y, box.y, box.y + box.height)
    }
  })
}

export const showAll = () => update({ view: undefined })

/** Moves the map by pixels. @param {number} dx @param {number} dy */
export const pan = (dx, dy) => {
  const view = viewOf(now())
  if (view !== undefined) show({ ...view, x: view.x - dx * view.scale, y: view.y - dy * view.scale })
}

/**
 * Comes closer (a factor above 1) or goes away; the place stays where it is seen.
 *
 * @param {number} factor
 * @param {Place} [place] The middle by default.
 */
export const zoom = (factor, place) => {
  const { plan, size } = now()
  const view = viewOf(now())
  if (view === undefined || plan === undefined) return
  const scale = clamp(view.scale / factor, closest, whole(plan, size).scale * 1.5)
  const { x, y } = place ?? view
  show({ scale, x: x - (x - view.x) * scale / view.scale, y: y - (y - view.y) * scale / view.scale })
}

/**
 * The place under a point of the window.
 *
 * @param {Element} map
 * @param {{ clientX: number, clientY: number }} point
 * @returns {Place | undefined}
 */
export const placeAt = (map, { clientX, clientY }) => {
  const view = viewOf(now())
  if (view === undefined) return undefined
  const { height, left, top, width } = map.getBoundingClientRect()
  return {
    x: view.x + (clientX - left - width / 2) * view.scale,
    y: view.y + (clientY - top - height / 2) * view.scale
  }
}
