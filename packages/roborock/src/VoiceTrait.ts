/**
 * The voice of a robot.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import { question } from "./internal/device/question.ts"
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
 * The voice that the robot speaks with.
 *
 * @since 0.1.0
 * @category models
 */
export interface VoiceTrait {
  readonly pack: Effect.Effect<VoicePack, CommandError>
  /** Has it say something at its volume. */
  readonly test: Effect.Effect<void, CommandError>
}

const read = (result: unknown): VoicePack | undefined => {
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
export const make = (vacuum: Vacuum): VoiceTrait => ({
  pack: question(vacuum, "get_current_sound", read),
  test: vacuum.command("test_sound_volume")
})
