/** A step of a cleaning in one line that fits into a window. */
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import type { Step } from "./steps.ts"

const widest = 24
const narrowest = 6
/** Brackets, the percentage behind them, and the sign that the words are cut. */
const around = 9

/** Never longer than `columns`. */
export const cut = (text: string, columns: number): string => {
  const characters = Array.from(text)
  if (characters.length <= columns) return text
  return columns < 1 ? "" : `${characters.slice(0, columns - 1).join("")}…`
}

const bar = (fraction: number, columns: number): string => {
  const percent = `${String(Math.round(fraction * 100)).padStart(3)} %`
  const width = Math.min(widest, columns - around)
  if (width < narrowest) return percent.trim()
  const filled = Math.round(fraction * width)
  return `[${"#".repeat(filled)}${".".repeat(width - filled)}] ${percent}`
}

/** What the robot does and where, in words. */
export const describe = (state: DeviceState): string => {
  // The map, which alone tells the room, is read after the state: in the dock it would still be the last one.
  const room = state.activity === "docked" ? undefined : state.currentRoom
  const words = [state.stateName.replaceAll("_", " "), room, `battery ${state.battery ?? "?"} %`]
  return `${words.filter((word) => word !== undefined).join(", ")}${state.stale ? " (no news)" : ""}`
}

/** The last column stays empty: a terminal may begin a new line there. */
export const lineOf = ({ fraction, state }: Step, columns: number): string =>
  cut(`${bar(fraction, columns - 1)}  ${describe(state)}`, columns - 1)

/** Changes when a step is worth a line of its own: something else happens, or another tenth of the way is done. */
export const newsOf = ({ fraction, state }: Step): string =>
  `${Math.floor(fraction * 10)} ${state.stateName} ${state.currentRoom ?? ""}`
