/**
 * How a vacuum cleans: suction, water and route, limited to what it has.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Capabilities } from "./Capabilities.ts"
import * as CleaningModes from "./CleaningModes.ts"
import { invalidArgument } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { type CommandError, DeviceError } from "./RoborockError.ts"

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
 * What is set now, by name; `unknown_N` for a code that is not in the choices.
 *
 * @since 0.1.0
 * @category models
 */
export interface Current {
  readonly fan: string | undefined
  readonly water: string | undefined
  readonly route: string | undefined
  /** What it amounts to; `undefined` for a device without modes. */
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
 * Suction, water and route. All are set in one message and read back: a device that takes a message and not the values
 * fails with `Refused`. A name that is not among the choices is `InvalidArgument`, and nothing is sent.
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

const levelsOf = (capabilities: Capabilities, region: string | undefined) => ({
  fan: CleaningModes.fanLevels(capabilities),
  water: CleaningModes.waterLevels(capabilities),
  route: CleaningModes.routes(capabilities, region)
})

const names = (levels: ReadonlyArray<CleaningModes.Level>) => levels.map(({ name }) => name)

const nameOf = (levels: ReadonlyArray<CleaningModes.Level>, code: number | undefined): string | undefined =>
  code === undefined || levels.length === 0
    ? undefined
    : levels.find((level) => level.code === code)?.name ?? `unknown_${code}`

const together = "set_clean_motor_mode"

/** @internal */
export const make = (vacuum: Vacuum): ModesTrait => {
  const known = Effect.map(
    vacuum.capabilities,
    (capabilities) => ({ capabilities, levels: levelsOf(capabilities, vacuum.region) })
  )

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
          text: "the device said yes and kept what it had"
        })
      }
    })

  return {
    choices: Effect.map(known, ({ capabilities, levels }) => ({
      fan: names(levels.fan),
      water: names(levels.water),
      route: names(levels.route),
      modes: CleaningModes.modes(capabilities)
    })),
    current: Effect.zipWith(known, vacuum.state.get, ({ capabilities, levels }, state) => ({
      fan: nameOf(levels.fan, state.fanPower),
      water: nameOf(levels.water, state.waterMode),
      route: nameOf(levels.route, state.mopMode),
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
          : Effect.fail(invalidArgument(together))
      }),
    setMode: (mode) =>
      Effect.flatMap(known, ({ capabilities, levels }) => {
        const codes = CleaningModes.codesOf(capabilities, mode)
        return codes === undefined
          ? Effect.fail(invalidArgument(together))
          : apply(codes, levels.route.length > 0, true)
      })
  }
}
