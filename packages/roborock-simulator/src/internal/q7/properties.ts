import * as Q7Codes from "@effect-mqtt/roborock/Q7Codes"
import type { RobotIdentity } from "../../Account.ts"
import type { Robot, RobotState } from "../../Robot.ts"
import { isRecord, type Params } from "../v1/answers.ts"

/** Minutes that parts are used when the simulated life begins, by property; the number resets it. */
const parts = [
  { property: "main_brush", used: 4000, reset: 1 },
  { property: "side_brush", used: 3000, reset: 2 },
  { property: "hypa", used: 1500, reset: 3 },
  { property: "main_sensor", used: 600, reset: 4 },
  { property: "mop_life", used: 900, reset: undefined }
] as const

const statusOf = ({ activity }: RobotState, mode: unknown): number => {
  switch (activity) {
    case "Charging":
      return 4
    case "Idle":
      return 1
    case "Paused":
    case "Error":
      return 2
    case "Returning":
      return 3
    case "Cleaning":
    case "Driving":
      return mode === 2 ? 7 : 5
  }
}

const workModeOf = ({ activity, task }: RobotState): number => {
  const whole = task === undefined || task.kind === "All"
  switch (activity) {
    case "Cleaning":
      return whole ? 1 : 30
    case "Paused":
      return whole ? 4 : 31
    case "Returning":
      return 5
    case "Driving":
      return 7
    case "Charging":
    case "Idle":
    case "Error":
      return 0
  }
}

const factorySettings: Readonly<Record<string, unknown>> = {
  wind: 2,
  water: 2,
  mode: 1,
  repeat_state: 0,
  clean_path_preference: 0,
  volume: 70,
  child_lock: 0,
  sweep_type: 0,
  tank_state: 1,
  cloth_state: 1,
  alarm: 0,
  custom_type: 0,
  sound: 1,
  language: "en",
  time_zone: 1,
  time_zone_info: "Europe/Berlin",
  station_act: 0,
  dust_action: 0,
  clean_finish: 0,
  voice_type: 1,
  voice_type_version: 1,
  order_total: 0,
  build_map: 0,
  privacy: 0,
  dust_auto_state: 1,
  dust_frequency: 0,
  multi_floor: 0,
  map_save: 1,
  light_mode: 0,
  green_laser: 1,
  dust_bag_used: 10,
  order_save_mode: 0,
  back_to_wash: 0,
  charge_station_type: 0,
  pv_cut_charge: 0,
  pv_charging: 0,
  recommend: 0,
  add_sweep_status: 0
}

/** What a Q7 robot tells by name, and what can be set. */
export const makeProperties = (identity: RobotIdentity, robot: Robot) => {
  const settings = new Map(Object.entries(factorySettings))
  const replacedAt = new Map<string, number>()
  let quiet = { quiet_is_open: 1, quiet_begin_time: 1320, quiet_end_time: 480 }

  const minutesCleaned = (): number => Math.round(robot.state.totals.timeSeconds / 60)
  const usedMinutes = (property: string, used: number): number => {
    const since = replacedAt.get(property)
    return since === undefined ? used + minutesCleaned() : minutesCleaned() - since
  }

  /** All of them, in the order of the family's list. */
  const all = (): ReadonlyMap<string, unknown> => {
    const { state } = robot
    const now: Readonly<Record<string, unknown>> = {
      ...Object.fromEntries(settings),
      ...quiet,
      ...Object.fromEntries(parts.map(({ property, used }) => [property, usedMinutes(property, used)])),
      status: statusOf(state, settings.get("mode")),
      fault: state.errorCode,
      quantity: state.battery,
      work_mode: workModeOf(state),
      charge_state: state.activity === "Charging" ? 1 : 0,
      cleaning_time: Math.round(state.cleanTimeSeconds / 60),
      real_clean_time: Math.round(state.cleanTimeSeconds / 60),
      cleaning_area: Math.round(state.cleanAreaMm2 / 10_000),
      current_map_id: state.floor + 1,
      map_num: robot.floors.length,
      net_status: { ssid: "simulated", rssi: -42 },
      serial_number: identity.serialNumber,
      manufacturer: "simulated"
    }
    return new Map(Q7Codes.properties.filter((name) => name in now).map((name) => [name, now[name]]))
  }

  return {
    all,
    life: (property: "main_brush" | "side_brush" | "hypa", lifeMinutes: number): number => {
      const used = parts.find((part) => part.property === property)?.used ?? 0
      return Math.max(0, Math.round(100 - 100 * usedMinutes(property, used) / lifeMinutes))
    },
    setting: (name: string): unknown => settings.get(name),
    /** Whether all of them were taken; otherwise none was. */
    set: (params: Params): boolean => {
      if (!isRecord(params)) return false
      const entries = Object.entries(params)
      const isTaken = ([name, value]: readonly [string, unknown]): boolean =>
        settings.has(name) && (typeof value === "number" || typeof value === "string")
      if (entries.length === 0 || !entries.every(isTaken)) return false
      entries.forEach(([name, value]) => settings.set(name, value))
      return true
    },
    /** All three at once. */
    setQuiet: (params: Params): boolean => {
      if (!isRecord(params)) return false
      const { is_open: open, quiet_begin_time: begin, quiet_end_time: end } = params
      if (typeof begin !== "number" || typeof end !== "number" || open !== 0 && open !== 1) return false
      quiet = { quiet_is_open: open, quiet_begin_time: begin, quiet_end_time: end }
      return true
    },
    replace: (reset: unknown): boolean => {
      const part = parts.find((candidate) => candidate.reset !== undefined && candidate.reset === reset)
      if (part === undefined) return false
      replacedAt.set(part.property, minutesCleaned())
      return true
    }
  }
}

export type Properties = ReturnType<typeof makeProperties>
