/**
 * The programs of a washing machine or a dryer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ApplianceTrait from "./ApplianceTrait.ts"
import type { Context, Fields } from "./internal/device/dialectContext.ts"
import { numberField } from "./internal/v1/json.ts"
import { type CommandError, DeviceError } from "./RoborockError.ts"

/**
 * A program in the words of `ZeoCodes`. The machine wants all settings at once: those left out are sent as it reports
 * them if it is set to this mode and program, else they stay as the program has them.
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
  readonly dryCare?: string | undefined
  /** How a dryer dries. */
  readonly dryingMethod?: string | undefined
  readonly steam?: string | undefined
}

/**
 * Starting and stopping.
 *
 * @since 0.1.0
 * @category models
 */
export interface WasherTrait {
  /**
   * Starts a program. A word that the machine does not have is `InvalidArgument`; on a machine whose owner has not enabled
   * remote start it fails with `InvalidState`, and nothing is sent.
   */
  readonly start: (program: Program) => Effect.Effect<void, CommandError>
  readonly pause: Effect.Effect<void, CommandError>
  readonly shutdown: Effect.Effect<void, CommandError>
}

/** What goes along with a start, where the machine has it. */
const parameters = [
  "temp",
  "rinse_times",
  "spin_level",
  "drying_mode",
  "soak",
  "dry_care_mode",
  "drying_method",
  "steam_volume"
]

type Parameters = Readonly<Record<string, string | number | undefined>>

/** The settings as they are; those of another mode or program are of no use, nor are those that cannot be sent. */
const reportedOf = (table: ApplianceTrait.Table, fields: Fields, mode: string, program: string): Parameters => {
  const isSet = (name: string, word: string) => table.words[name]?.get(numberField(fields, name) ?? -1) === word
  const sendable = parameters.map((name) => [name, numberField(fields, name)] as const)
    .filter(([, value]) => Number.isSafeInteger(value))
  return isSet("mode", mode) && isSet("program", program) ? Object.fromEntries(sendable) : {}
}

const given = (values: Parameters): Parameters =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** @internal */
export const make = (context: Context, table: ApplianceTrait.Table): WasherTrait => ({
  start: ({ dryCare, drying, dryingMethod, mode, program, rinse, soak, spin, steam, temperature }) =>
    Effect.flatMap(context.state, ({ fields }): Effect.Effect<void, CommandError> =>
      fields["app_authorization"] === 0
        ? Effect.fail(
          new DeviceError({ reason: "InvalidState", method: "start", text: "remote start is not enabled on it" })
        )
        : ApplianceTrait.set(
          context,
          table,
          {
            start: 1,
            mode,
            program,
            ...reportedOf(table, fields, mode, program),
            ...given({
              temp: temperature,
              rinse_times: rinse,
              spin_level: spin,
              drying_mode: drying,
              soak,
              dry_care_mode: dryCare,
              drying_method: dryingMethod,
              steam_volume: steam
            })
          },
          true
        )),
  pause: ApplianceTrait.set(context, table, { pause: 1 }),
  shutdown: ApplianceTrait.set(context, table, { shutdown: 1 })
})
