import * as V1Codes from "@effect-mqtt/roborock/V1Codes"
import type { HomeRoom, RobotIdentity } from "../../Account.ts"
import type { FloorPlan } from "../../FloorPlan.ts"
import type { CleanRecord, Command, Outcome, Robot } from "../../Robot.ts"
import { type Consumables } from "./consumables.ts"
import { featureInfo, model, newFeatureInfo, newFeatureSet } from "./product.ts"
import type { Settings } from "./settings.ts"
import { statusObject } from "./status.ts"

export type Params = ReadonlyArray<unknown> | Readonly<Record<string, unknown>>

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }

export type Method = (params: Params, nowMillis: number) => Answer

export interface Device {
  readonly identity: RobotIdentity
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

const ok: Answer = { result: ["ok"] }
const invalidStatus: Answer = { error: { code: -10_007, message: "invalid status" } }
export const invalidParams: Answer = { error: { code: -10_001, message: "invalid params" } }

const fromOutcome = (outcome: Outcome): Answer =>
  outcome === "Done" ? ok : outcome === "Refused" ? invalidStatus : invalidParams

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isNumbers = (values: unknown): values is ReadonlyArray<number> =>
  Array.isArray(values) && values.every((value) => Number.isInteger(value))

/** The methods take `[value]`, and some clients send `{ name: value }`. */
const single = (params: Params, name: string): unknown => {
  if (!isRecord(params)) return params[0]
  return params[name]
}

/** `[16, 17]`, `[{ segments: [16, 17], repeat: 2 }]` or the object alone. */
const segmentClean = (params: Params): Command | undefined => {
  if (isNumbers(params)) return { _tag: "CleanSegments", segments: params, repeat: 1 }
  const options = isRecord(params) ? params : params[0]
  if (!isRecord(options)) return undefined
  const { repeat = 1, segments } = options
  if (!isNumbers(segments) || typeof repeat !== "number") return undefined
  return { _tag: "CleanSegments", segments, repeat }
}

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
  clean_type: record.kind === "All" ? 1 : 3,
  finish_reason: record.complete ? allCleaned : interrupted,
  dust_collection_status: 0,
  avoid_count: 0,
  wash_count: 0,
  map_flag: 0
})

/** The methods by name, all of them synchronous; `get_map_v1` is not here, because its answer is no JSON. */
export const makeMethods = (device: Device): ReadonlyMap<string, Method> => {
  const { consumables, identity, plan, robot, settings } = device
  let statusSequence = 0

  const roomOf = (segment: number): HomeRoom | undefined => {
    const name = plan.rooms.find((room) => room.segment === segment)?.name
    return device.rooms.find((room) => room.name === name)
  }

  const status: Method = () => ({ result: [statusObject(robot.state, settings, ++statusSequence)] })

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

  const isSwitch = (value: number): boolean => value === 0 || value === 1

  const setDoNotDisturb: Method = (params) => {
    if (!isNumbers(params)) return invalidParams
    const [start_hour, start_minute, end_hour, end_minute] = params
    if (start_hour === undefined || start_minute === undefined || end_hour === undefined || end_minute === undefined) {
      return invalidParams
    }
    settings.doNotDisturb = { start_hour, start_minute, end_hour, end_minute, enabled: 1 }
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
    ["get_sound_volume", () => ({ result: [settings.volume] })],
    [
      "change_sound_volume",
      setter("volume", (value) => value >= 0 && value <= 100, (value) => settings.volume = value)
    ],
    ["get_child_lock_status", () => ({ result: { lock_status: settings.childLock } })],
    ["set_child_lock_status", setter("lock_status", isSwitch, (value) => settings.childLock = value)],
    ["get_led_status", () => ({ result: [settings.led] })],
    ["set_led_status", setter("status", isSwitch, (value) => settings.led = value)],
    ["get_dnd_timer", () => ({ result: [settings.doNotDisturb] })],
    ["set_dnd_timer", setDoNotDisturb],
    ["close_dnd_timer", () => {
      settings.doNotDisturb = { ...settings.doNotDisturb, enabled: 0 }
      return ok
    }],
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
        dust_collection_work_times: 0,
        cleaning_brush_work_times: 0
      }]
    })],
    [
      "reset_consumable",
      (params) => consumables.replace(single(params, "part"), robot.state.totals.timeSeconds) ? ok : invalidParams
    ],
    ["get_clean_summary", () => {
      const { records, totals } = robot.state
      return {
        result: {
          clean_time: totals.timeSeconds,
          clean_area: totals.areaMm2,
          clean_count: totals.count,
          dust_collection_count: 0,
          records: records.map(({ begin }) => begin)
        }
      }
    }],
    ["get_clean_record", (params) => {
      const record = robot.state.records.find(({ begin }) => begin === single(params, "start_time"))
      return record === undefined ? invalidParams : { result: [recordObject(record)] }
    }],
    ["app_get_init_status", () => ({
      result: [{
        local_info: {
          name: `custom_${model}`,
          bom: "SIM",
          location: "de",
          language: "en",
          wifiplan: "",
          timezone: "Europe/Berlin",
          logserver: "",
          featureset: 1
        },
        feature_info: featureInfo,
        new_feature_info: newFeatureInfo,
        new_feature_info_str: newFeatureSet,
        status_info: statusObject(robot.state, settings, ++statusSequence)
      }]
    })]
  ])
}
