/** The map of a past run, by its number in the history. */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { MapSnapshot } from "@effect-mqtt/roborock/MapTrait"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { failure } from "./roborockFailure.ts"

export interface PastRun {
  /** Unix seconds at which it began. */
  readonly id: number
  readonly snapshot: MapSnapshot
}

/** Ids are the seconds at which runs began, so small numbers are free to count from the newest. */
const find = (runs: ReadonlyArray<number>, wanted: number): number | undefined =>
  runs.includes(wanted) ? wanted : runs[wanted - 1]

/** 1 is the newest; an id of `roborock history --json` does as well. */
export const read = (device: Device.Device, wanted: number) =>
  Effect.gen(function*() {
    const { map, summary } = yield* device.trait("history")
    const { records } = yield* summary
    const id = find(records, wanted)
    if (id === undefined) {
      return yield* failure(
        "Usage",
        `There is no run ${wanted}`,
        records.length === 0 ? "There are no runs yet." : "See \"roborock history\"."
      )
    }
    const past = yield* Effect.catchIf(
      map(id),
      (error) => error._tag === "DeviceError" && error.reason === "UnknownMethod",
      (cause) =>
        failure("Refused", `"${device.name}" does not give the maps of its runs`, "See them in the app.", cause)
    )
    const { rooms } = yield* device.state.get
    const run: PastRun = { id, snapshot: { map: past, rooms, fetchedAt: yield* Clock.currentTimeMillis } }
    return run
  })
