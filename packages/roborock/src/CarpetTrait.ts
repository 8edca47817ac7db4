/**
 * What a vacuum does on carpets.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import { type CommandError, RequestError } from "./RoborockError.ts"

/**
 * What a robot with a mop does when it meets a carpet.
 *
 * @since 0.1.0
 * @category models
 */
export type CarpetHandling = "avoid" | "lift" | "ignore"

/**
 * Carpets: more suction on them, and keeping them dry.
 *
 * @since 0.1.0
 * @category models
 */
export interface CarpetTrait {
  readonly boost: Effect.Effect<boolean, CommandError>
  /** The device keeps the currents and times that it has for this. */
  readonly setBoost: (on: boolean) => Effect.Effect<void, CommandError>
  readonly handling: Effect.Effect<CarpetHandling, CommandError>
  readonly setHandling: (handling: CarpetHandling) => Effect.Effect<void, CommandError>
}

const boostMethod = "get_carpet_mode"
const handlingField = "carpet_clean_mode"

/** Models with a camera lift by another number. */
const liftWithCamera = 3
const codes: Readonly<Record<CarpetHandling, number>> = { avoid: 0, lift: 1, ignore: 2 }

const toHandling = (result: unknown): CarpetHandling | undefined => {
  const code = isRecord(result) ? numberField(result, handlingField) : undefined
  switch (code) {
    case codes.avoid:
      return "avoid"
    case codes.lift:
    case liftWithCamera:
      return "lift"
    case codes.ignore:
      return "ignore"
    default:
      return undefined
  }
}

/** @internal */
export const make = (vacuum: Vacuum): CarpetTrait => {
  const settings = question(vacuum, boostMethod, (result) => isRecord(result) ? result : undefined)
  return {
    boost: Effect.flatMap(settings, ({ enable }) =>
      typeof enable === "number"
        ? Effect.succeed(enable === 1)
        : Effect.fail(new RequestError({ reason: "BadAnswer", method: boostMethod }))),
    setBoost: (on) =>
      Effect.flatMap(settings, (known) => vacuum.command("set_carpet_mode", [{ ...known, enable: on ? 1 : 0 }])),
    handling: question(vacuum, "get_carpet_clean_mode", toHandling),
    setHandling: (handling) =>
      Effect.flatMap(vacuum.capabilities, ({ flags }) =>
        vacuum.command("set_carpet_clean_mode", {
          [handlingField]: handling === "lift" && flags.has("is_video_setting_supported")
            ? liftWithCamera
            : codes[handling]
        }))
  }
}
