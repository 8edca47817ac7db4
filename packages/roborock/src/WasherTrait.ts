/**
 * The programs of a washing machine or a dryer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ApplianceTrait from "./ApplianceTrait.ts"
import type { Context } from "./internal/device/dialectContext.ts"
import { type CommandError, DeviceError } from "./RoborockError.ts"

/**
 * A program by the words of `ZeoCodes`; what is left out stays as the program has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Program {
  /** Such as `wash_and_dry`. */
  readonly mode: string
  /** Such as `cotton_linen`. */
  readonly program: string
  readonly temperature?: string | undefined
  readonly rinse?: string | undefined
  readonly spin?: string | undefined
  readonly drying?: string | undefined
  readonly soak?: string | undefined
}

/**
 * Starting and stopping.
 *
 * @since 0.1.0
 * @category models
 */
export interface WasherTrait {
  /**
   * Starts a program. A word that the machine does not have is `InvalidArgument`; a machine that its owner has not released
   * for starting from afar is `InvalidState`, and nothing is sent.
   */
  readonly start: (program: Program) => Effect.Effect<void, CommandError>
  readonly pause: Effect.Effect<void, CommandError>
  readonly shutdown: Effect.Effect<void, CommandError>
}

/** @internal */
export const make = (context: Context, table: ApplianceTrait.Table): WasherTrait => ({
  start: ({ drying, mode, program, rinse, soak, spin, temperature }) =>
    Effect.flatMap(context.state, ({ fields }): Effect.Effect<void, CommandError> =>
      fields["app_authorization"] === 0
        ? Effect.fail(
          new DeviceError({ reason: "InvalidState", method: "start", text: "starting from afar is not allowed on it" })
        )
        : ApplianceTrait.set(
          context,
          table,
          {
            start: 1,
            mode,
            program,
            temp: temperature,
            rinse_times: rinse,
            spin_level: spin,
            drying_mode: drying,
            soak
          },
          true
        )),
  pause: ApplianceTrait.set(context, table, { pause: 1 }),
  shutdown: ApplianceTrait.set(context, table, { shutdown: 1 })
})
