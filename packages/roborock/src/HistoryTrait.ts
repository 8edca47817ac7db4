/**
 * The cleaning history of a vacuum.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as CleanRecord from "./CleanRecord.ts"
import { invalidArgument } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { History } from "./Q7Record.ts"
import type { NoMap } from "./RoborockError.ts"
import { type CommandError, DeviceError } from "./RoborockError.ts"
import type { MapError, RrMap } from "./RrMap.ts"

/**
 * Totals, records, and the map of a record. It is not known how to ask Q7 and Q10 vacuums for the map of a run, or how to
 * remove one: there `map` and `remove` fail with `UnknownMethod`.
 *
 * @since 0.1.0
 * @category models
 */
export interface HistoryTrait {
  readonly summary: Effect.Effect<CleanRecord.CleanSummary, CommandError>
  /** One run, by its id from the summary. */
  readonly record: (id: number) => Effect.Effect<CleanRecord.CleanRecord, CommandError>
  /** The newest runs, one request for each; ten by default. One that makes no sense is left out. */
  readonly latest: (count?: number) => Effect.Effect<ReadonlyArray<CleanRecord.CleanRecord>, CommandError>
  /** The map as it was at the end of a run. Comes through the cloud. */
  readonly map: (id: number) => Effect.Effect<RrMap, CommandError | MapError | NoMap>
  /** Removes a run from the history, for everybody. */
  readonly remove: (id: number) => Effect.Effect<void, CommandError>
}

/**
 * The history of a device that reports all runs at once.
 *
 * @internal
 */
export const fromList = (
  method: string,
  history: Effect.Effect<History, CommandError>
): HistoryTrait => {
  const unknown = new DeviceError({ reason: "UnknownMethod", method })
  return {
    summary: Effect.map(history, ({ summary }) => summary),
    record: (id) =>
      Effect.flatMap(history, ({ records }) => {
        const found = records.find((record) => record.id === id)
        return found === undefined
          ? Effect.fail(invalidArgument(method, "it has to be the id of a run"))
          : Effect.succeed(found)
      }),
    latest: (count = 10) => Effect.map(history, ({ records }) => records.slice(0, Math.max(0, count))),
    map: () => unknown,
    remove: () => unknown
  }
}

const mapMethod = "get_clean_record_map"

/** @internal */
export const make = (vacuum: Vacuum): HistoryTrait => {
  const summary = question(vacuum, "get_clean_summary", CleanRecord.decodeSummary)
  const record = (id: number) => question(vacuum, "get_clean_record", CleanRecord.decode, [id])
  const readable = (id: number): Effect.Effect<ReadonlyArray<CleanRecord.CleanRecord>, CommandError> =>
    Effect.catchIf(
      Effect.map(record(id), (run) => [run]),
      (error) => error._tag === "RequestError" && error.reason === "BadAnswer",
      () => Effect.succeed([])
    )
  return {
    summary,
    record,
    latest: (count = 10) =>
      Effect.flatMap(
        summary,
        ({ records }) =>
          Effect.map(Effect.forEach(records.slice(0, Math.max(0, count)), readable), (runs) => runs.flat())
      ),
    map: (id) =>
      Effect.catchIf(
        vacuum.readMap(mapMethod, { start_time: id }),
        (error) => error._tag === "DeviceError" && error.reason === "Refused",
        // Old firmware wants the number by itself.
        () => vacuum.readMap(mapMethod, [id])
      ),
    remove: (id) => vacuum.command("del_clean_record", [id])
  }
}
