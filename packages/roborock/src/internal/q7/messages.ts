import type { Field } from "../protobuf/fields.ts"
import { walkFields } from "../protobuf/fields.ts"
import { shownText } from "../shownText.ts"

/** Names of the parts that may be damaged, for the list of issues. */
export type Part =
  | "ext"
  | "head"
  | "grid"
  | "path"
  | "dock"
  | "robot"
  | "walls"
  | "areas"
  | "rooms"
  | "outlines"
  | "obstacles"
  | "carpets"

/** Told of damage inside a part; what came before it is used all the same. */
export type Report = (part: Part, problem: "CutShort" | "Malformed" | "TooMany") => void

/** In metres. */
export interface Place {
  readonly x: number
  readonly y: number
}

export interface Outline {
  readonly room: number
  /** Columns and rows, two numbers a point. */
  readonly cells: ReadonlyArray<number>
}

export interface Shape {
  readonly type: number
  readonly points: ReadonlyArray<Place>
}

/** More than any robot sends, few enough to hold. */
const maxPathPoints = 200_000
const maxCorners = 64
const maxOutlinePoints = 50_000

/** Walks a message inside the map; damage in it is reported. */
const walk = (bytes: Uint8Array, part: Part, report: Report, visit: (field: Field) => void): void => {
  const stop = walkFields(bytes, visit)
  if (stop !== undefined) report(part, stop.reason === "Truncated" ? "CutShort" : "Malformed")
}

/** The numbers of a message by field, the last one of each; nested messages are left out. */
export const readNumbers = (bytes: Uint8Array, part: Part, report: Report): ReadonlyMap<number, number> => {
  const values = new Map<number, number>()
  walk(bytes, part, report, ({ kind, number, value }) => {
    if (kind !== "bytes" && number < 32 && Number.isFinite(value)) values.set(number, value)
  })
  return values
}

const placeFrom = (bytes: Uint8Array, part: Part, report: Report, first: number): Place => {
  const values = readNumbers(bytes, part, report)
  return { x: values.get(first) ?? 0, y: values.get(first + 1) ?? 0 }
}

export const readText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 512))

/** Path points of field 2, as places and the device's codes. */
export const readPath = (bytes: Uint8Array, report: Report) => {
  const places: Array<Place> = []
  const codes: Array<number> = []
  walk(bytes, "path", report, (field) => {
    if (field.number !== 2 || field.kind !== "bytes") return
    if (places.length === maxPathPoints) return void report("path", "TooMany")
    let [code, x, y] = [0, 0, 0]
    walk(field.bytes, "path", report, ({ number, value }) => {
      if (number === 1) code = value
      else if (number === 2) x = value
      else if (number === 3) y = value
    })
    if (!Number.isFinite(x) || !Number.isFinite(y)) return void report("path", "Malformed")
    places.push({ x, y })
    codes.push(code)
  })
  return { places, codes: Uint8Array.from(codes) }
}

/** Walls, areas and carpets: corners in field 4. */
export const readShape = (bytes: Uint8Array, part: Part, report: Report): Shape => {
  const points: Array<Place> = []
  let type = 0
  walk(bytes, part, report, (field) => {
    if (field.number === 2 && field.kind === "integer") type = field.value
    if (field.number !== 4 || field.kind !== "bytes") return
    if (points.length === maxCorners) return void report(part, "TooMany")
    points.push(placeFrom(field.bytes, part, report, 1))
  })
  return { type, points }
}

/** The chain of cells around a room. */
export const readOutline = (bytes: Uint8Array, report: Report): Outline => {
  const cells: Array<number> = []
  let room = 0
  walk(bytes, "outlines", report, (field) => {
    if (field.number === 1) room = field.value
    if (field.number !== 2 || field.kind !== "bytes") return
    if (cells.length === maxOutlinePoints * 2) return void report("outlines", "TooMany")
    let [column, row] = [0, 0]
    walk(field.bytes, "outlines", report, ({ kind, number, value }) => {
      if (kind !== "integer") return
      if (number === 1) column = value
      else if (number === 2) row = value
    })
    cells.push(column, row)
  })
  return { room, cells }
}

export const readRoomName = (bytes: Uint8Array, report: Report): { readonly id: number; readonly name: string } => {
  let id = 0
  let name = ""
  walk(bytes, "rooms", report, (field) => {
    if (field.number === 1) id = field.value
    if (field.number === 2) name = shownText(readText(field.bytes))
  })
  return { id, name }
}
