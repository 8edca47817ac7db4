import * as V1Codes from "@effect-mqtt/roborock/V1Codes"
import type { Command, Outcome, Robot } from "../../Robot.ts"
import {
  type Answer,
  invalidParams,
  invalidStatus,
  isNumbers,
  isRecord,
  type Method,
  type Methods,
  ok,
  type Params,
  single
} from "./answers.ts"
import { hasFlow, type V1Product } from "./product.ts"
import type { Settings } from "./settings.ts"

const fromOutcome = (outcome: Outcome): Answer =>
  outcome === "Done" ? ok : outcome === "Refused" ? invalidStatus : invalidParams

/** `[16, 17]`, `[{ segments: [16, 17], repeat: 2 }]` or the object alone. */
const segmentClean = (params: Params, thenMop: boolean): Command | undefined => {
  if (isNumbers(params)) return { _tag: "CleanSegments", segments: params, repeat: 1, thenMop }
  const options = isRecord(params) ? params : params[0]
  if (!isRecord(options)) return undefined
  const { repeat = 1, segments } = options
  if (!isNumbers(segments) || typeof repeat !== "number") return undefined
  return { _tag: "CleanSegments", segments, repeat, thenMop }
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

/** Orders to drive and to clean; nothing drives while the device loads another floor. */
export const cleaningMethods = (robot: Robot, settings: Settings, isLoading: (now: number) => boolean): Methods => {
  let isDriven = false
  const order = (make: (params: Params) => Command | undefined): Method => (params, now) => {
    if (isLoading(now)) return invalidStatus
    const made = make(params)
    return made === undefined ? invalidParams : fromOutcome(robot.command(made, now))
  }
  const plain = (_tag: "CleanSpot" | "Dock" | "Pause" | "Recover" | "Resume" | "Stop"): Method =>
    order(() => ({ _tag }))
  const start: Method = (params, now) => {
    const { activity, task } = robot.state
    if (activity === "Cleaning") return ok
    const again = activity === "Paused" && task !== undefined
    return again
      ? plain("Resume")(params, now)
      : order(() => ({ _tag: "CleanAll", repeat: settings.repeat, thenMop: settings.mopsAfterwards }))(params, now)
  }
  const remote = (isAllowed: () => boolean, drives: boolean): Method => () => {
    if (!isAllowed()) return invalidStatus
    isDriven = drives
    return ok
  }
  return [
    ["app_start", start],
    ["app_pause", plain("Pause")],
    ["app_stop", plain("Stop")],
    ["app_charge", plain("Dock")],
    ["app_segment_clean", order((params) => segmentClean(params, settings.mopsAfterwards))],
    ["resume_segment_clean", plain("Resume")],
    ["stop_segment_clean", plain("Stop")],
    ["app_zoned_clean", order(zonedClean)],
    ["resume_zoned_clean", plain("Resume")],
    ["stop_zoned_clean", plain("Stop")],
    ["app_spot", plain("CleanSpot")],
    ["app_goto_target", order(goTo)],
    ["stop_goto_target", plain("Stop")],
    ["resolve_error", plain("Recover")],
    // Its floors are known from the beginning, so no run that maps is ever unfinished.
    ["app_resume_build_map", () => invalidStatus],
    ["app_wakeup_robot", () => ok],
    ["app_rc_start", remote(() => robot.state.activity !== "Cleaning", true)],
    ["app_rc_move", remote(() => isDriven, true)],
    ["app_rc_stop", remote(() => isDriven, true)],
    ["app_rc_end", remote(() => isDriven, false)]
  ]
}

/** Suction, water and route: one by one, or all in one message; whether mopping waits; how many times all is done. */
export const levelMethods = (settings: Settings, product: V1Product): Methods => {
  const setter =
    (name: string, names: ReadonlyMap<number, string>, set: (value: number) => void): Method => (params) => {
      const value = single(params, name)
      if (typeof value !== "number" || !names.has(value)) return invalidParams
      set(value)
      return ok
    }
  /** Nothing is taken when one of them is not valid. */
  const takeAll = (modes: unknown): Answer => {
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
  const setSequence: Method = (params) => {
    const type = isRecord(params) ? params["type"] : undefined
    if (type !== 0 && type !== 1) return invalidParams
    const answer = type === 1 ? takeAll(params) : ok
    if (answer === ok) settings.mopsAfterwards = type === 1
    return answer
  }
  const setWater = setter("water_box_mode", V1Codes.waterBoxModeNames, (code) => settings.waterBoxMode = code)
  return [
    ["get_custom_mode", () => ({ result: [settings.fanPower] })],
    ["set_custom_mode", setter("fan_power", V1Codes.fanPowerNames, (code) => settings.fanPower = code)],
    ["get_water_box_custom_mode", () => ({
      result: hasFlow(product)
        ? { water_box_mode: settings.waterBoxMode, distance_off: settings.distanceOff }
        : [settings.waterBoxMode]
    })],
    ["set_water_box_custom_mode", (params, now) => {
      const distance = isRecord(params) ? params["distance_off"] ?? settings.distanceOff : settings.distanceOff
      if (typeof distance !== "number" || distance < 60 || distance > 205) return invalidParams
      const answer = setWater(params, now)
      if (answer === ok) settings.distanceOff = distance
      return answer
    }],
    ["get_mop_mode", () => ({ result: [settings.mopMode] })],
    ["set_mop_mode", setter("mop_mode", V1Codes.mopModeNames, (code) => settings.mopMode = code)],
    ["get_clean_motor_mode", () => ({
      result: [{
        fan_power: settings.fanPower,
        water_box_mode: settings.waterBoxMode,
        mop_mode: settings.mopMode
      }]
    })],
    ["set_clean_motor_mode", (params) => takeAll(single(params, "modes"))],
    ["app_set_clean_sequence_type", setSequence],
    ["set_clean_repeat_times", (params) => {
      const repeat = single(params, "repeat")
      if (repeat !== 1 && repeat !== 2 && repeat !== 3) return invalidParams
      settings.repeat = repeat
      return ok
    }]
  ]
}
