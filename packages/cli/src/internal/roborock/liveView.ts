/** What a person sees while a robot cleans: its map in half blocks, and below it what it does. */
import * as MapText from "@effect-mqtt/roborock/MapText"
import type { MapSnapshot } from "@effect-mqtt/roborock/MapTrait"
import * as bar from "../progress/bar.ts"
import type { Step } from "../progress/steps.ts"

/** What is seen at one moment: how far a job is, where there is one, and the state. */
export type Sight = Omit<Step, "fraction"> & { readonly fraction: number | undefined }

export interface View {
  readonly name: string
  readonly sight: Sight
  readonly snapshot: MapSnapshot | undefined
  readonly columns: number
  readonly rows: number
}

/** Below these a map tells nothing. */
const leastRows = 5
const leastColumns = 20

export interface Fit {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
  readonly rotation?: MapText.Options["rotation"]
}

/** The largest drawing that fits: fewer columns where it would be too high. */
export const fit = ({ map, rooms }: MapSnapshot, { colour, columns, rotation, rows }: Fit): ReadonlyArray<string> => {
  const roomNames = new Map(rooms.map(({ id, name }) => [id, name]))
  const draw = (wanted: number) => MapText.draw(map, { columns: wanted, colour, rotation, roomNames }).split("\n")
  const lines = draw(columns)
  return lines.length <= rows ? lines : draw(Math.floor(columns * rows / lines.length)).slice(0, rows)
}

export const lines = ({ columns, name, rows, sight, snapshot }: View): ReadonlyArray<string> => {
  const { fraction, state } = sight
  const line = fraction === undefined
    ? bar.cut(bar.describe(state), columns - 1)
    : bar.lineOf({ fraction, state }, columns)
  const below = [line, bar.cut(`${name}. Ctrl-C ends the view, the robot goes on.`, columns - 1)]
  const left = rows - below.length - 1
  return snapshot === undefined || left < leastRows || columns < leastColumns
    ? below.slice(0, rows)
    : [...fit(snapshot, { columns: columns - 1, rows: left, colour: true }), "", ...below]
}
