import * as Q10DataPoints from "@effect-mqtt/roborock/Q10DataPoints"
import * as Either from "effect/Either"
import type { FloorPlan } from "../../FloorPlan.ts"
import type { CleanRecord, Command, Robot } from "../../Robot.ts"
import { isList, isRecord } from "../v1/answers.ts"
import { fromTenths, segmentOfRoom } from "./map.ts"

const scopes = { All: "00", Segments: "01", Zones: "03", Spot: "04" } as const
const commands = { whole: 1, rooms: 2, zones: 3, spot: 5 } as const

const zonesOf = (plan: FloorPlan, parameters: unknown): Command | undefined => {
  const zones = typeof parameters === "string"
    ? Either.getOrUndefined(Q10DataPoints.decodeZones(parameters))
    : undefined
  if (zones === undefined) return undefined
  return {
    _tag: "CleanZones",
    repeat: zones.repeat,
    zones: zones.zones.map(({ corners }) => {
      const places = corners.map((corner) => fromTenths(plan, corner))
      const xs = places.map(({ x }) => x)
      const ys = places.map(({ y }) => y)
      return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) }
    })
  }
}

/** What data point 201 says: a number, or an object with the misspelt word of the family. */
const startOf = (plan: FloorPlan, value: unknown): Command | undefined => {
  const { clean_paramters: parameters, cmd } = isRecord(value) ? value : { cmd: value, clean_paramters: undefined }
  switch (cmd) {
    case commands.whole:
      return { _tag: "CleanAll" }
    case commands.rooms:
      return isList(parameters)
        ? { _tag: "CleanSegments", repeat: 1, segments: parameters.map((id) => segmentOfRoom(plan, id)) }
        : undefined
    case commands.zones:
      return zonesOf(plan, parameters)
    case commands.spot:
      return { _tag: "CleanSpot" }
    default:
      return undefined
  }
}

/** The order that a data point is, if it is one. */
export const orderOf = ({ plan }: Robot, point: number, value: unknown): Command | undefined => {
  switch (point) {
    case 201:
      return startOf(plan, value)
    case 202:
      return { _tag: "Dock" }
    case 204:
      return { _tag: "Pause" }
    case 205:
      return { _tag: "Resume" }
    case 206:
      return { _tag: "Stop" }
    default:
      return undefined
  }
}

/** A cleaning as the list of data point 52 has it: twelve fields. */
export const recordText = (record: CleanRecord): string =>
  [
    `sim${record.beginSeconds.toString(16).padStart(13, "0")}`,
    record.beginSeconds,
    Math.round(record.durationSeconds / 60),
    Math.round(record.areaMm2 / 1e6),
    0,
    0,
    0,
    scopes[record.kind],
    "01",
    record.complete ? "01" : "02",
    1,
    0
  ].join("_")
