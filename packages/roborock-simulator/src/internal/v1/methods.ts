import * as V1Codes from "@effect-mqtt/roborock/V1Codes"
import type { HomeRoom, RobotIdentity } from "../../Account.ts"
import type { FloorPlan } from "../../FloorPlan.ts"
import type { CleanKind, CleanRecord, Command, Outcome, Robot } from "../../Robot.ts"
import {
  type Answer,
  invalidParams,
  invalidStatus,
  isNumbers,
  isRecord,
  type Method,
  ok,
  type Params,
  single
} from "./answers.ts"
import { type Consumables } from "./consumables.ts"
import type { DockPart } from "./dock.ts"
import type { Product } from "./product.ts"
import { makeSchedules } from "./schedules.ts"
import { settingMethods, type Settings } from "./settings.ts"
import { statusObject } from "./status.ts"

export interface Device {
  readonly identity: RobotIdentity
  readonly product: Product
  readonly dock: DockPart
  readonly rooms: ReadonlyArray<HomeRoom>
  readonly plan: FloorPlan
  readonly robot: Robot
  readonly settings: Settings
  readonly consumables: Consumables
  /** When its map was made, Unix seconds. */
  readonly bornSeconds: number
  readonly host: string
  readonly onLocate: () => void
}

const fromOutcome = (outcome: Outcome): Answer =>
  outcome === "Done" ? ok : outcome === "Refused" ? invalidStatus : invalidParams

/** `[16, 17]`, `[{ segments: [16, 17], repeat: 2 }]` or the object alone. */
const segmentClean = (params: Params): Command | undefined => {
  if (isNumbers(params)) return { _tag: "CleanSegments", segments: params, repeat: 1 }
  const options = isRecord(params) ? params : params[0]
  if (!isRecord(options)) return undefined
  const { repeat = 1, segments } = options
  if (!isNumbers(segments) || typeof repeat !== "number") return undefined
  return { _tag: "CleanSegments", segments, repeat }
}

/** `[[x0, y0, x1, y1, repeat], ...]`; all are repeated as often as the first. */
const zonedClean = (params: Params): Command | undefined => {
  if (!Array.isArray(params) || !params.every(isNumbers)) return undefined
  const zones = params.map(([x0 = 0, y0 = 0, x1 = 0, y1 = 0]) => ({ x0, y0, x1, y1 }))
  return { _tag: "CleanZones", zones, repeat: params[0]?.[4] ?? 1 }
}

const goTo = (params: Params): Command | undefined => {
  const [x, y] = isNumbers(params) ? params : []
  return x === undefined || y === undefined ? undefined : { _tag: "GoTo", x, y }
}

const cleanTypes: Readonly<Record<CleanKind, number>> = { All: 1, Zones: 2, Spot: 2, Segments: 3 }

const allCleaned = 52
const interrupted = 21
const startedByApp = 2

const recordObject = (record: CleanRecord) => ({
  begin: record.begin,
  end: record.end,
  duration: record.durationSeconds,
  area: record.areaMm2,
  error: record.errorCode,
  complete: record.complete ? 1 : 0,
  start_type: startedByApp,
  clean_type: cleanTypes[record.kind],
  finish_reason: record.complete ? allCleaned : interrupted,
  dust_collection_status: 0,
  avoid_count: 0,
  wash_count: 0,
  map_flag: 0
})

/** The methods by name, all of them synchronous; `get_map_v1` is not here, because its answer is no JSON. */
export const makeMethods = (device: Device): ReadonlyMap<string, Method> => {
  const { consumables, dock, identity, plan, product, robot, settings } = device
  let statusSequence = 0
  /** Runs that were removed from the history. */
  const removed = new Set<number>()
  let isDriven = false

  const roomOf = (segment: number): HomeRoom | undefined => {
    const name = plan.rooms.find((room) => room.segment === segment)?.name
    return device.rooms.find((room) => room.name === name)
  }

  const statusAt = (now: number) => statusObject(robot.state, { settings, product, dock }, ++statusSequence, now)
  const status: Method = (_, now) => ({ result: [statusAt(now)] })
  const records = () => robot.state.records.filter(({ begin }) => !removed.has(begin))

  const command = (make: (params: Params) => Command | undefined): Method => (params, nowMillis) => {
    const made = make(params)
    return made === undefined ? invalidParams : fromOutcome(robot.command(made, nowMillis))
  }

  const start: Method = (_, nowMillis) => {
    const { activity, task } = robot.state
    if (activity === "Cleaning") return ok
    const again = activity === "Paused" && task !== undefined
    return fromOutcome(robot.command({ _tag: again ? "Resume" : "CleanAll" }, nowMillis))
  }

  const setter =
    (name: string, isAllowed: (value: number) => boolean, set: (value: number) => void): Method => (params) => {
      const value = single(params, name)
      if (typeof value !== "number" || !Number.isInteger(value) || !isAllowed(value)) return invalidParams
      set(value)
      return ok
    }

  /** One message for the three levels; nothing is taken when one of them is none. */
  const setMotorMode: Method = (params) => {
    const modes = single(params, "modes")
    if (!isRecord(modes)) return invalidParams
    const { fan_power: fan, mop_mode: mop = settings.mopMode, water_box_mode: water } = modes
    if (
      typeof fan !== "number" || !V1Codes.fanPowerNames.has(fan)
      || typeof water !== "number" || !V1Codes.waterBoxModeNames.has(water)
      || typeof mop !== "number" || !V1Codes.mopModeNames.has(mop)
    ) return invalidParams
    settings.fanPower = fan
    settings.waterBoxMode = water
    settings.mopMode = mop
    return ok
  }

  const remote = (isAllowed: () => boolean, drives: boolean): Method => () => {
    if (!isAllowed()) return invalidStatus
    isDriven = drives
    return ok
  }

  return new Map<string, Method>([
    ["get_status", status],
    ["get_prop", (params, now) => single(params, "prop") === "get_status" ? status([], now) : invalidParams],
    ["app_start", start],
    ["app_pause", command(() => ({ _tag: "Pause" }))],
    ["app_stop", command(() => ({ _tag: "Stop" }))],
    ["app_charge", command(() => ({ _tag: "Dock" }))],
    ["app_segment_clean", command(segmentClean)],
    ["app_zoned_clean", command(zonedClean)],
    ["app_spot", command(() => ({ _tag: "CleanSpot" }))],
    ["app_goto_target", command(goTo)],
    ["stop_goto_target", command(() => ({ _tag: "Stop" }))],
    ["resume_zoned_clean", command(() => ({ _tag: "Resume" }))],
    ["stop_zoned_clean", command(() => ({ _tag: "Stop" }))],
    ["app_rc_start", remote(() => robot.state.activity !== "Cleaning", true)],
    ["app_rc_move", remote(() => isDriven, true)],
    ["app_rc_stop", remote(() => isDriven, true)],
    ["app_rc_end", remote(() => isDriven, false)],
    ["set_clean_motor_mode", setMotorMode],
    ...settingMethods(settings),
    ...dock.methods,
    ...makeSchedules(),
    ["resume_segment_clean", command(() => ({ _tag: "Resume" }))],
    ["stop_segment_clean", command(() => ({ _tag: "Stop" }))],
    ["resolve_error", command(() => ({ _tag: "Recover" }))],
    ["find_me", () => {
      device.onLocate()
      return ok
    }],
    ["get_room_mapping", () => ({
      result: plan.rooms.map(({ segment }) => [segment, String(roomOf(segment)?.id ?? "")])
    })],
    ["get_multi_maps_list", () => ({
      result: [{
        max_multi_map: 1,
        max_bak_map: 0,
        multi_map_count: 1,
        map_info: [{
          mapFlag: 0,
          add_time: device.bornSeconds,
          length: 4,
          name: "Home",
          bak_maps: [],
          rooms: plan.rooms.map(({ name, segment }) => ({
            id: segment,
            tag: 0,
            iot_name_id: String(roomOf(segment)?.id ?? ""),
            iot_name: name
          }))
        }]
      }]
    })],
    ["get_custom_mode", () => ({ result: [settings.fanPower] })],
    [
      "set_custom_mode",
      setter("fan_power", (code) => V1Codes.fanPowerNames.has(code), (code) => settings.fanPower = code)
    ],
    ["get_water_box_custom_mode", () => ({ result: [settings.waterBoxMode] })],
    [
      "set_water_box_custom_mode",
      setter("water_box_mode", (code) => V1Codes.waterBoxModeNames.has(code), (code) => settings.waterBoxMode = code)
    ],
    ["get_mop_mode", () => ({ result: [settings.mopMode] })],
    ["set_mop_mode", setter("mop_mode", (code) => V1Codes.mopModeNames.has(code), (code) => settings.mopMode = code)],
    ["get_timezone", () => ({ result: ["Europe/Berlin"] })],
    ["get_server_timer", () => ({ result: [] })],
    ["get_serial_number", () => ({ result: [{ serial_number: identity.serialNumber }] })],
    ["get_network_info", () => ({
      result: { ip: device.host, ssid: "simulated", mac: "02:00:00:00:00:01", bssid: "02:00:00:00:00:02", rssi: -42 }
    })],
    ["get_consumable", () => ({
      result: [{
        ...consumables.used(robot.state.totals.timeSeconds),
        strainer_work_times: 0,
        dust_collection_work_times: dock.emptied(),
        cleaning_brush_work_times: 0
      }]
    })],
    [
      "reset_consumable",
      (params) => consumables.replace(single(params, "part"), robot.state.totals.timeSeconds) ? ok : invalidParams
    ],
    ["get_clean_summary", () => {
      const { totals } = robot.state
      return {
        result: {
          clean_time: totals.timeSeconds,
          clean_area: totals.areaMm2,
          clean_count: totals.count,
          dust_collection_count: dock.emptied(),
          records: records().map(({ begin }) => begin)
        }
      }
    }],
    ["get_clean_record", (params) => {
      const record = records().find(({ begin }) => begin === single(params, "start_time"))
      return record === undefined ? invalidParams : { result: [recordObject(record)] }
    }],
    ["del_clean_record", (params) => {
      const begin = single(params, "start_time")
      if (typeof begin !== "number" || !records().some((record) => record.begin === begin)) return invalidParams
      removed.add(begin)
      return ok
    }],
    ["app_get_init_status", (_, now) => ({
      result: [{
        local_info: {
          name: `custom_${product.model}`,
          bom: "SIM",
          location: "de",
          language: "en",
          wifiplan: "",
          timezone: "Europe/Berlin",
          logserver: "",
          featureset: 1
        },
        feature_info: product.featureList,
        new_feature_info: product.featureInfo,
        new_feature_info_str: product.featureText,
        status_info: statusAt(now)
      }]
    })]
  ])
}
