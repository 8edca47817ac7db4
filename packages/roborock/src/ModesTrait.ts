/**
 * How a vacuum cleans: suction, water and route, as far as it has them.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Capabilities } from "./Capabilities.ts"
import * as CleaningModes from "./CleaningModes.ts"
import { invalidArgument, noLevel, notAmong } from "./internal/device/argument.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { type CommandError, DeviceError } from "./RoborockError.ts"
import * as V1Codes from "./V1Codes.ts"

/**
 * The names that can be chosen. A list is empty when the device has no such choice.
 *
 * @since 0.1.0
 * @category models
 */
export interface Choices {
  readonly fan: ReadonlyArray<string>
  readonly water: ReadonlyArray<string>
  readonly route: ReadonlyArray<string>
  readonly modes: ReadonlyArray<CleaningModes.Mode>
}

/**
 * What is set now, by names that need not be among the choices; `unknown_N` for a code without a name.
 *
 * @since 0.1.0
 * @category models
 */
export interface Current {
  readonly fan: string | undefined
  readonly water: string | undefined
  readonly route: string | undefined
  /**
   * The mode that these amount to; `undefined` for a device without modes. Whether a robot mops after vacuuming, and not
   * while, is not reported.
   */
  readonly mode: CleaningModes.Mode | undefined
}

/**
 * What to set; the rest stays.
 *
 * @since 0.1.0
 * @category models
 */
export interface Change {
  readonly fan?: string | undefined
  readonly water?: string | undefined
  readonly route?: string | undefined
}

/**
 * Suction, water and route. All are set in one message and read back: a device that accepts the message but not the
 * values fails with `Refused`. A name that is not among the choices is `InvalidArgument`, and nothing is sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface ModesTrait {
  readonly choices: Effect.Effect<Choices>
  /** As last reported by the device, without asking. */
  readonly current: Effect.Effect<Current>
  readonly set: (change: Change) => Effect.Effect<void, CommandError>
  /** "vacuum", "vac_and_mop", "mop" ... in one word. */
  readonly setMode: (mode: CleaningModes.Mode) => Effect.Effect<void, CommandError>
}

interface Levels {
  readonly fan: ReadonlyArray<CleaningModes.Level>
  readonly water: ReadonlyArray<CleaningModes.Level>
  readonly route: ReadonlyArray<CleaningModes.Level>
  readonly modes: ReadonlyArray<CleaningModes.Mode>
}

const levelsOf = (capabilities: Capabilities, region: string | undefined, fanPower: number | undefined): Levels => {
  const percent = CleaningModes.percentLevels(fanPower)
  // Robots of that time do nothing with water, whatever a model that is not known is taken for.
  if (percent !== undefined) return { fan: percent, water: [], route: [], modes: [] }
  return {
    fan: CleaningModes.fanLevels(capabilities),
    water: CleaningModes.waterLevels(capabilities),
    route: CleaningModes.routes(capabilities, region),
    modes: CleaningModes.modes(capabilities)
  }
}

const names = (levels: ReadonlyArray<CleaningModes.Level>) => levels.map(({ name }) => name)

/** A device may have been set to what it does not offer, by its button or by a routine. */
const nameOf = (
  levels: ReadonlyArray<CleaningModes.Level>,
  code: number | undefined,
  others: ReadonlyMap<number, string>
): string | undefined =>
  code === undefined || levels.length === 0
    ? undefined
    : levels.find((level) => level.code === code)?.name ?? others.get(code) ?? `unknown_${code}`

const together = "set_clean_motor_mode"
const sequence = "app_set_clean_sequence_type"
const sequenceTypes = { together: 0, oneAfterTheOther: 1 } as const

/** Which of them is set is not reported: a device that has nothing to end may say so, in whatever words. */
const isAnswered = (error: CommandError): boolean => error._tag === "DeviceError" || error.reason === "BadAnswer"

/** @internal */
export const make = (vacuum: Vacuum): ModesTrait => {
  const known = Effect.zipWith(vacuum.capabilities, vacuum.state.get, (capabilities, state) => ({
    capabilities,
    state,
    levels: levelsOf(capabilities, vacuum.region, state.fanPower)
  }))

  const apply = (codes: CleaningModes.Codes, hasRoutes: boolean, hasWater: boolean) =>
    Effect.gen(function*() {
      const { fanPower, mopMode, waterMode } = codes
      if (hasWater) {
        const now = yield* vacuum.refreshStatus
        const fields = {
          fan_power: fanPower ?? now.fanPower,
          water_box_mode: waterMode ?? now.waterMode,
          ...(hasRoutes ? { mop_mode: mopMode ?? now.mopMode } : {})
        }
        yield* vacuum.command(together, [fields])
      } else {
        yield* vacuum.command("set_custom_mode", [fanPower])
      }
      const after = yield* vacuum.refreshStatus
      const isTaken = (wanted: number | undefined, got: number | undefined) => wanted === undefined || wanted === got
      if (
        !isTaken(fanPower, after.fanPower) || hasWater && !isTaken(waterMode, after.waterMode)
        || hasRoutes && !isTaken(mopMode, after.mopMode)
      ) {
        return yield* new DeviceError({
          reason: "Refused",
          method: hasWater ? together : "set_custom_mode",
          text: "the device accepted the change and kept its settings"
        })
      }
    })

  return {
    choices: Effect.map(known, ({ levels }) => ({
      fan: names(levels.fan),
      water: names(levels.water),
      route: names(levels.route),
      modes: levels.modes
    })),
    current: Effect.map(known, ({ capabilities, levels, state }) => ({
      fan: nameOf(levels.fan, state.fanPower, V1Codes.fanPowerNames),
      water: nameOf(levels.water, state.waterMode, V1Codes.waterBoxModeNames),
      route: nameOf(levels.route, state.mopMode, V1Codes.mopModeNames),
      mode: levels.water.length === 0 ? undefined : CleaningModes.modeOf(capabilities, state)
    })),
    set: (change) =>
      Effect.flatMap(known, ({ levels }): Effect.Effect<void, CommandError> => {
        const codeOf = (kind: "fan" | "water" | "route") => levels[kind].find(({ name }) => name === change[kind])?.code
        const codes = { fanPower: codeOf("fan"), waterMode: codeOf("water"), mopMode: codeOf("route") }
        const isKnown = (wanted: string | undefined, code: number | undefined) =>
          wanted === undefined || code !== undefined
        const isAllowed = isKnown(change.fan, codes.fanPower) && isKnown(change.water, codes.waterMode)
          && isKnown(change.route, codes.mopMode)
          && Object.values(codes).some((code) => code !== undefined)
        return isAllowed
          ? apply(codes, levels.route.length > 0, levels.water.length > 0)
          : Effect.fail(invalidArgument(together, noLevel))
      }),
    setMode: (mode) =>
      Effect.flatMap(known, ({ capabilities, levels }) => {
        const codes = levels.modes.includes(mode) ? CleaningModes.codesOf(capabilities, mode) : undefined
        if (codes === undefined) return Effect.fail(invalidArgument(together, notAmong("the mode", levels.modes)))
        if (mode === "vacuum_then_mop") {
          return vacuum.command(sequence, {
            type: sequenceTypes.oneAfterTheOther,
            water_box_mode: codes.waterMode,
            mop_mode: codes.mopMode,
            fan_power: codes.fanPower,
            repeat: 1
          })
        }
        const ended = levels.modes.includes("vacuum_then_mop")
          ? Effect.catchIf(
            vacuum.command(sequence, { type: sequenceTypes.together }),
            isAnswered,
            () => Effect.void
          )
          : Effect.void
        return Effect.zipRight(ended, apply(codes, levels.route.length > 0, true))
      })
  }
}
