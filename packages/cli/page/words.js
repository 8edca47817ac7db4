/**
 * Numbers and names in words.
 *
 * @import { DeviceView, Setting } from "../src/internal/serve/messages.ts"
 */

/** @typedef {Extract<Setting, { kind: "hours" }>["start"]} TimeOfDay */

/** @type {Readonly<Record<string, string>>} */
const names = {
  avoid: "Is kept away",
  cleanWater: "Clean water",
  cleaningBrush: "Cleaning brush of the dock",
  cleaningFluid: "Cleaning fluid",
  dirtyWater: "Dirty water",
  dustBag: "Dust bag",
  fan: "Fan",
  filter: "Filter",
  filterElement: "Filter element",
  ignore: "Goes on",
  lift: "Is lifted",
  mainBrush: "Main brush",
  mop: "Mop",
  mopRoller: "Mop roller",
  sensors: "Sensors",
  sideBrush: "Side brush",
  waterFilter: "Water filter",
  strainer: "Water filter of the dock",
  custom: "Custom",
  custom_water_flow: "Custom flow",
  deep_plus: "Deep+",
  max_plus: "Max+",
  smart_mode: "Smart",
  vac_and_mop: "Vacuum + mop",
  vacuum_then_mop: "Vacuum, then mop"
}

/** @param {string} name A name of the protocol. */
export const inWords = (name) => {
  const text = name.replaceAll("_", " ")
  return names[name] ?? text.charAt(0).toUpperCase() + text.slice(1)
}

/** @param {number} squareMetres */
export const area = (squareMetres) => `${squareMetres.toFixed(squareMetres < 10 ? 1 : 0)} m²`

/** @param {number} seconds */
export const duration = (seconds) => {
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" })
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" })

/** @param {number} time Unix milliseconds. */
export const moment = (time) => {
  const date = new Date(time)
  const isToday = date.toDateString() === new Date().toDateString()
  return isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`
}

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

/** Monday first. */
export const week = [1, 2, 3, 4, 5, 6, 0].map((number) => ({ number, name: weekdays[number] ?? "" }))

/** @param {string} text A field of a cron line, as days of the week. */
const days = (text) => {
  if (text === "*") return "Every day"
  const numbers = text.split(",").map((part) => Number(part) % 7)
  if (numbers.some((number) => !Number.isInteger(number))) return undefined
  const chosen = new Set(numbers)
  if (chosen.size === 7) return "Every day"
  const isWorkdays = chosen.size === 5 && !chosen.has(0) && !chosen.has(6)
  return isWorkdays ? "Weekdays" : week.filter(({ number }) => chosen.has(number)).map(({ name }) => name).join(", ")
}

/** @param {string} cron Five fields. */
export const cronInWords = (cron) => {
  const [minute = "", hour = "", dayOfMonth = "", month = "", weekday = ""] = cron.split(" ")
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return cron
  const at = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`
  if (dayOfMonth !== "*" && month !== "*") return `Once, on ${dayOfMonth}.${month}. at ${at}`
  const when = days(weekday)
  return when === undefined ? cron : `${when} at ${at}`
}

/** @param {TimeOfDay} time */
export const clockTime = ({ hour, minute }) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`

/** @param {DeviceView} device */
export const isMoving = ({ activity, stale }) => !stale && (activity === "cleaning" || activity === "returning")

/** What a device does. @param {DeviceView} device */
export const headline = ({ available, doing, unsupported }) =>
  unsupported !== undefined ? "Not supported" : available ? doing : "Unavailable"

/** What a device does, and where. @param {DeviceView} device */
export const situation = (device) => {
  const { activity, available, currentRoom } = device
  const doing = headline(device)
  return available && activity === "cleaning" && !device.stale && currentRoom !== undefined
    ? `${doing} · ${currentRoom.name}`
    : doing
}
