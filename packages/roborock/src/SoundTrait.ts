/**
 * How loud a device speaks.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument, noPercentage } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The volume.
 *
 * @since 0.1.0
 * @category models
 */
export interface SoundTrait {
  /** Percent. */
  readonly volume: Effect.Effect<number, CommandError>
  /** 0 to 100. */
  readonly setVolume: (percent: number) => Effect.Effect<void, CommandError>
}

const setMethod = "change_sound_volume"

const readVolume = (result: unknown): number | undefined =>
  typeof result === "number" ? result : isRecord(result) ? numberField(result, "volume") : undefined

/** @internal */
export const make = (vacuum: Vacuum): SoundTrait => ({
  volume: question(vacuum, "get_sound_volume", readVolume),
  setVolume: (percent) =>
    Number.isInteger(percent) && percent >= 0 && percent <= 100
      ? vacuum.command(setMethod, [percent])
      : Effect.fail(invalidArgument(setMethod, noPercentage))
})
