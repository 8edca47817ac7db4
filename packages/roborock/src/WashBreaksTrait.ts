/**
 * When a vacuum goes back to its dock to have the mop washed.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { invalidArgument } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"
import { isOn } from "./SwitchTrait.ts"

/**
 * Breaks for washing.
 *
 * @since 0.1.0
 * @category models
 */
export interface WashBreaks {
  /** Whether the robot chooses them itself. */
  readonly smart: boolean
  /** How long it mops between them when it does not. */
  readonly interval: Duration.Duration
}

/**
 * What to set; the rest stays.
 *
 * @since 0.1.0
 * @category models
 */
export interface Change {
  readonly smart?: boolean | undefined
  /** Whole seconds, at least one; which intervals a dock takes is not known. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * When a mop is washed while the robot mops.
 *
 * @example
 * ```ts
 * import type { Device } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * export const washEveryQuarterOfAnHour = (vacuum: Device.Device) =>
 *   Effect.flatMap(vacuum.trait("washBreaks"), ({ set }) => set({ smart: false, interval: "15 minutes" }))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface WashBreaksTrait {
  readonly get: Effect.Effect<WashBreaks, CommandError>
  readonly set: (change: Change) => Effect.Effect<void, CommandError>
}

const setMethod = "set_smart_wash_params"

/**
 * Reads the result of `get_smart_wash_params`, out of its list; `undefined` for anything else.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): WashBreaks | undefined => {
  if (!isRecord(result)) return undefined
  const smart = isOn(result["smart_wash"])
  const seconds = numberField(result, "wash_interval")
  return smart === undefined || seconds === undefined ? undefined : { smart, interval: Duration.seconds(seconds) }
}

/** @internal */
export const make = (vacuum: Vacuum): WashBreaksTrait => {
  const get = question(vacuum, "get_smart_wash_params", decode)
  return {
    get,
    set: (change) =>
      Effect.gen(function*() {
        const wanted = change.interval === undefined ? undefined : Duration.toSeconds(change.interval)
        if (wanted !== undefined && !(Number.isInteger(wanted) && wanted > 0)) {
          return yield* invalidArgument(setMethod, "interval has to be whole seconds, at least one")
        }
        const now = yield* get
        yield* vacuum.command(setMethod, {
          smart_wash: change.smart ?? now.smart ? 1 : 0,
          wash_interval: wanted ?? Duration.toSeconds(now.interval)
        })
      })
  }
}
