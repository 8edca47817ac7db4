import type { Activity, CleanKind, RobotState } from "../../Robot.ts"
import type { Consumables } from "./consumables.ts"
import type { DockPart } from "./dock.ts"
import type { Floors } from "./floors.ts"
import { hasCount, hasFlow, type V1Product } from "./product.ts"
import type { Settings } from "./settings.ts"

/** What of a device is not in the state of its robot. */
export interface Around {
  readonly settings: Settings
  readonly product: V1Product
  readonly dock: DockPart
  readonly floors: Floors
}

const stateCodes: Readonly<Record<Exclude<Activity, "Cleaning">, number>> = {
  Idle: 3,
  Returning: 6,
  Charging: 8,
  Paused: 10,
  Driving: 16,
  Error: 12
}

const cleaningCodes: Readonly<Record<CleanKind, number>> = { All: 5, Spot: 11, Zones: 17, Segments: 18 }

/** Which kind of cleaning is not finished; 0 is none. */
const unfinishedCodes: Readonly<Record<CleanKind, number>> = { All: 1, Spot: 2, Zones: 2, Segments: 3 }

const stateCode = (state: RobotState): number =>
  state.activity === "Cleaning" ? cleaningCodes[state.task?.kind ?? "All"] : stateCodes[state.activity]

const inCleaning = (state: RobotState): number => state.task === undefined ? 0 : unfinishedCodes[state.task.kind]

const chargeStatus = (state: RobotState): number => state.activity === "Charging" ? 1 : 0

const emptyTank = 38

/** Errors of the robot that its dock has, too. */
const dockErrors: ReadonlySet<number> = new Set([32, 33, 34, 35, emptyTank, 39, 42, 44, 46, 53])

const dockError = (state: RobotState, { dockType }: V1Product): number =>
  dockType !== 0 && dockErrors.has(state.errorCode) ? state.errorCode : 0

/** What only robots with a mop say. */
const mopFields = (state: RobotState, { dock, product, settings }: Around, now: number) => ({
  water_box_status: 1,
  water_box_mode: settings.waterBoxMode,
  ...(hasFlow(product) ? { distance_off: settings.distanceOff } : {}),
  water_box_carriage_status: 1,
  water_shortage_status: state.errorCode === emptyTank ? 1 : 0,
  mop_forbidden_enable: 1,
  mop_mode: settings.mopMode,
  dock_type: product.dockType,
  dss: product.dockParts,
  ...dock.fieldsAt(now),
  dock_error_status: dockError(state, product)
})

/** The `get_status` object. */
export const statusObject = (
  state: RobotState,
  around: Around,
  sequence: number,
  now: number
) => ({
  msg_ver: 2,
  msg_seq: sequence,
  state: around.dock.stateAt(now) ?? stateCode(state),
  battery: state.battery,
  clean_time: state.cleanTimeSeconds,
  clean_area: state.cleanAreaMm2,
  clean_percent: state.progress,
  error_code: state.errorCode,
  map_present: 1,
  in_cleaning: inCleaning(state),
  in_returning: state.activity === "Returning" ? 1 : 0,
  in_fresh_state: state.task === undefined ? 1 : 0,
  lab_status: 1,
  ...(hasCount(around.product) ? { repeat: around.settings.repeat } : {}),
  fan_power: around.settings.fanPower,
  dnd_enabled: around.settings.doNotDisturb.enabled,
  map_status: around.floors.statusAt(now),
  is_locating: 0,
  lock_status: around.settings.values.get("child_lock_status") ?? 0,
  ...(around.product.mops ? mopFields(state, around, now) : {}),
  charge_status: chargeStatus(state),
  unsave_map_reason: 0,
  unsave_map_flag: 0
})

/** The data points that the device pushes when they change. */
export const dataPoints = (
  state: RobotState,
  { dock, product, settings }: Around,
  consumables: Consumables,
  now: number
): ReadonlyMap<number, unknown> => {
  const life = consumables.life(state.totals.timeSeconds)
  return new Map<number, unknown>([
    [120, state.errorCode],
    [121, dock.stateAt(now) ?? stateCode(state)],
    [122, state.battery],
    [123, settings.fanPower],
    ...(product.mops ? [[124, settings.waterBoxMode] as const] : []),
    [125, life.mainBrush],
    [126, life.sideBrush],
    [127, life.filter],
    [133, chargeStatus(state)]
  ])
}
