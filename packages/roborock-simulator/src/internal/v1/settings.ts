import { invalidParams, isNumbers, isRecord, type Method, type Methods, ok, single } from "./answers.ts"

interface Window {
  readonly start_hour: number
  readonly start_minute: number
  readonly end_hour: number
  readonly end_minute: number
  readonly enabled: number
}

/** What a person has set on the device, beside what the status has. */
export interface Settings {
  fanPower: number
  waterBoxMode: number
  /** The less, the more water; from 205 to 60. */
  distanceOff: number
  mopMode: number
  /** Whether it mops when it has vacuumed everything, and not while. */
  mopsAfterwards: boolean
  /** How many times everything is cleaned. */
  repeat: number
  doNotDisturb: Window
  /** Switches and numbers by the names of their methods. */
  readonly values: Map<string, number>
}

/** A setting with a getter and a setter: in a field, or as a number in a list. */
const rows: ReadonlyArray<{
  readonly name: string
  readonly setter?: string
  readonly field?: string
  readonly initial: number
  readonly max: number
}> = [
  { name: "child_lock_status", field: "lock_status", initial: 0, max: 1 },
  { name: "led_status", initial: 1, max: 1 },
  { name: "flow_led_status", field: "status", initial: 1, max: 1 },
  { name: "collision_avoid_status", field: "status", initial: 1, max: 1 },
  { name: "clean_follow_ground_material_status", field: "status", initial: 0, max: 1 },
  { name: "carpet_clean_mode", field: "carpet_clean_mode", initial: 0, max: 3 },
  { name: "sound_volume", setter: "change_sound_volume", initial: 70, max: 100 }
]

export const factorySettings = (): Settings => ({
  fanPower: 102,
  waterBoxMode: 202,
  distanceOff: 135,
  mopMode: 300,
  mopsAfterwards: false,
  repeat: 1,
  doNotDisturb: { start_hour: 22, start_minute: 0, end_hour: 8, end_minute: 0, enabled: 1 },
  values: new Map(rows.map(({ initial, name }) => [name, initial]))
})

/** The methods of a part of each day. */
const windowMethods = (name: string, get: () => Window, set: (window: Window) => void): Methods => [
  [`get_${name}_timer`, () => ({ result: [get()] })],
  [`set_${name}_timer`, (params) => {
    const [start_hour, start_minute, end_hour, end_minute] = isNumbers(params) ? params : []
    if (start_hour === undefined || start_minute === undefined || end_hour === undefined || end_minute === undefined) {
      return invalidParams
    }
    set({ start_hour, start_minute, end_hour, end_minute, enabled: 1 })
    return ok
  }],
  [`close_${name}_timer`, () => {
    set({ ...get(), enabled: 0 })
    return ok
  }]
]

export const settingMethods = (settings: Settings): Methods => {
  let offPeak: Window = { start_hour: 0, start_minute: 0, end_hour: 8, end_minute: 0, enabled: 0 }
  let carpet: Readonly<Record<string, unknown>> = {
    enable: 1,
    current_integral: 450,
    current_high: 500,
    current_low: 400,
    stall_time: 10
  }
  const setter = (name: string, field: string, max: number): Method => (params) => {
    const value = single(params, field)
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max) return invalidParams
    settings.values.set(name, value)
    return ok
  }
  return [
    ...rows.flatMap(({ field, max, name, setter: set = `set_${name}` }): Methods => [
      [`get_${name}`, () => {
        const value = settings.values.get(name) ?? 0
        return { result: field === undefined ? [value] : { [field]: value } }
      }],
      [set, setter(name, field ?? "value", max)]
    ]),
    ["get_carpet_mode", () => ({ result: [carpet] })],
    ["set_carpet_mode", (params) => {
      const [next] = Array.isArray(params) ? Array.from<unknown>(params) : []
      if (!isRecord(next)) return invalidParams
      carpet = next
      return ok
    }],
    ["test_sound_volume", () => ok],
    ["get_current_sound", () => ({ result: [{ sid_in_use: 3, sid_version: 1, sid_in_progress: 0, language: "en" }] })],
    ...windowMethods("dnd", () => settings.doNotDisturb, (window) => settings.doNotDisturb = window),
    ...windowMethods("valley_electricity", () => offPeak, (window) => offPeak = window)
  ]
}
