/**
 * The voice of a robot.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument, question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The voice pack in use.
 *
 * @since 0.1.0
 * @category models
 */
export interface VoicePack {
  readonly id: number
  readonly version: number | undefined
  readonly language: string | undefined
}

/**
 * Volume in percent, and the voice pack.
 *
 * @since 0.1.0
 * @category models
 */
export interface SoundTrait {
  readonly volume: Effect.Effect<number, CommandError>
  /** 0 to 100. */
  readonly setVolume: (percent: number) => Effect.Effect<void, CommandError>
  /** Has it say something. */
  readonly test: Effect.Effect<void, CommandError>
  readonly voicePack: Effect.Effect<VoicePack, CommandError>
}

const setMethod = "change_sound_volume"

const readVolume = (result: unknown): number | undefined =>
  typeof result === "number" ? result : isRecord(result) ? numberField(result, "volume") : undefined

const readPack = (result: unknown): VoicePack | undefined => {
  if (!isRecord(result)) return undefined
  const id = numberField(result, "sid_in_use")
  const language = result["language"]
  return id === undefined ? undefined : {
    id,
    version: numberField(result, "sid_version"),
    language: typeof language === "string" ? language : undefined
  }
}

/** @internal */
export const make = (vacuum: Vacuum): SoundTrait => ({
  volume: question(vacuum, "get_sound_volume", readVolume),
  setVolume: (percent) =>
    Number.isInteger(percent) && percent >= 0 && percent <= 100
      ? vacuum.command(setMethod, [percent])
      : Effect.fail(invalidArgument(setMethod)),
  test: vacuum.command("test_sound_volume"),
  voicePack: question(vacuum, "get_current_sound", readPack)
})
