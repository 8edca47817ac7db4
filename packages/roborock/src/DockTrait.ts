/**
 * The dock of a vacuum: the state of its tanks, and what it does with dust and mop.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Level } from "./CleaningModes.ts"
import * as CleaningModes from "./CleaningModes.ts"
import type { Problem } from "./DeviceState.ts"
import * as Dock from "./Dock.ts"
import { invalidArgument, notAmong } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"
import { dockTypeNames } from "./V1Codes.ts"

/**
 * A dock as last reported.
 *
 * @since 0.1.0
 * @category models
 */
export interface DockStatus {
  /** Such as `shell_3_dock`; `unknown_99` for a type that is not known. */
  readonly type: string
  readonly abilities: Dock.Abilities
  /** `undefined` when the dock does not report its parts reliably. */
  readonly parts: Dock.Parts | undefined
  readonly error: Problem | undefined
  readonly isEmptying: boolean
  readonly isWashing: boolean
  readonly isDrying: boolean
  /** How much longer drying takes. */
  readonly dryingLeft: Duration.Duration | undefined
}

/**
 * The state of the dock.
 *
 * @since 0.1.0
 * @category models
 */
export interface DockTrait {
  /** Asks the device now. */
  readonly status: Effect.Effect<DockStatus, CommandError>
}

/**
 * A job of the dock, with a setting of how it is done.
 *
 * @since 0.1.0
 * @category models
 */
export interface DockJobTrait {
  readonly start: Effect.Effect<void, CommandError>
  /** Q10 vacuums cannot be told to stop: `UnknownMethod`. */
  readonly stop: Effect.Effect<void, CommandError>
  /** The names that `setMode` takes. */
  readonly modes: Effect.Effect<ReadonlyArray<string>>
  /** The mode that is set; `unknown_N` for one that is not among them. */
  readonly mode: Effect.Effect<string, CommandError>
  /** Fails with `InvalidArgument` for a name that is not among the modes. */
  readonly setMode: (name: string) => Effect.Effect<void, CommandError>
}

/** @internal */
export const make = (vacuum: Vacuum): DockTrait => ({
  status: Effect.zipWith(vacuum.refreshStatus, vacuum.capabilities, ({ dockError, fields }, { flags }) => {
    const number = (name: string) => numberField(fields, name)
    const type = number("dock_type") ?? 0
    const seconds = number("rdt")
    const dss = flags.has("is_dss_believable") ? number("dss") : undefined
    const jobs = Dock.jobsOf(fields)
    const isDrying = jobs.includes("drying")
    return {
      type: dockTypeNames.get(type) ?? `unknown_${type}`,
      abilities: Dock.abilities(type, dss),
      parts: Dock.decodeParts(dss),
      error: dockError,
      isEmptying: jobs.includes("emptying"),
      isWashing: jobs.includes("washing"),
      isDrying,
      dryingLeft: isDrying && seconds !== undefined ? Duration.seconds(seconds) : undefined
    }
  })
})

/** The methods of a job, and how its mode is read and written. */
interface Job {
  readonly start: readonly [method: string, params?: Readonly<Record<string, unknown>>]
  readonly stop: readonly [method: string, params?: Readonly<Record<string, unknown>>]
  readonly get: string
  readonly set: string
  readonly levels: (vacuum: Vacuum) => Effect.Effect<ReadonlyArray<Level>>
  readonly read: (result: Readonly<Record<string, unknown>>) => number | undefined
  readonly write: (code: number) => Readonly<Record<string, unknown>>
}

const emptyingLevels: ReadonlyArray<Level> = [
  { name: "smart", code: 0 },
  { name: "light", code: 1 },
  { name: "balanced", code: 2 },
  { name: "max", code: 4 }
]

/** Drying has times for modes, in seconds. */
const dryingLevels: ReadonlyArray<Level> = [
  { name: "2 hours", code: 7200 },
  { name: "3 hours", code: 10_800 },
  { name: "4 hours", code: 14_400 }
]

const emptying: Job = {
  start: ["app_start_collect_dust"],
  stop: ["app_stop_collect_dust"],
  get: "get_dust_collection_mode",
  set: "set_dust_collection_mode",
  levels: () => Effect.succeed(emptyingLevels),
  read: (result) => numberField(result, "mode"),
  write: (code) => ({ mode: code })
}

const washing: Job = {
  start: ["app_start_wash"],
  stop: ["app_stop_wash"],
  get: "get_wash_towel_mode",
  set: "set_wash_towel_mode",
  levels: ({ capabilities }) => Effect.map(capabilities, CleaningModes.washLevels),
  read: (result) => numberField(result, "wash_mode"),
  write: (code) => ({ wash_mode: code })
}

const drying: Job = {
  start: ["app_set_dryer_status", { status: 1 }],
  stop: ["app_set_dryer_status", { status: 0 }],
  get: "app_get_dryer_setting",
  set: "app_set_dryer_setting",
  levels: () => Effect.succeed(dryingLevels),
  read: ({ on }) => isRecord(on) ? numberField(on, "dry_time") : undefined,
  write: (code) => ({ status: 1, on: { dry_time: code } })
}

const makeJob = ({ get, levels, read, set, start, stop, write }: Job) => (vacuum: Vacuum): DockJobTrait => {
  const code = question(vacuum, get, (result) => isRecord(result) ? read(result) : undefined)
  return {
    start: vacuum.command(...start),
    stop: vacuum.command(...stop),
    modes: Effect.map(levels(vacuum), (known) => known.map(({ name }) => name)),
    mode: Effect.zipWith(
      code,
      levels(vacuum),
      (current, known) => known.find((level) => level.code === current)?.name ?? `unknown_${current}`
    ),
    setMode: (name) =>
      Effect.flatMap(levels(vacuum), (known) => {
        const wanted = known.find((level) => level.name === name)
        return wanted === undefined
          ? Effect.fail(invalidArgument(set, notAmong("the mode", known.map((level) => level.name))))
          : vacuum.command(set, write(wanted.code))
      })
  }
}

/** @internal */
export const makeEmptying = makeJob(emptying)

/** @internal */
export const makeWashing = makeJob(washing)

/** @internal */
export const makeDrying = makeJob(drying)
