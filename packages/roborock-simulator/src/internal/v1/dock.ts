import * as Dock from "@effect-mqtt/roborock/Dock"
import type { Robot } from "../../Robot.ts"
import { invalidParams, invalidStatus, isRecord, type Method, type Methods, ok, single } from "./answers.ts"
import type { V1Product } from "./product.ts"

const emptyingMillis = 20_000
const washingMillis = 120_000
const emptyingState = 22
const washingState = 23

/** A dock and its jobs, by the time they end. */
export const makeDock = ({ dockType }: V1Product, robot: Robot) => {
  const abilities = Dock.abilities(dockType)
  let emptyingUntil = 0
  let washingUntil = 0
  let dryingUntil = 0
  let drySeconds = 10_800
  let emptied = 0
  const settings = { emptying: 0, washing: 1, automatic: 1 }
  let smartWash = { smart_wash: 1, wash_interval: 1200 }

  const job = (begin: (now: number) => void): Method => (_, now) => {
    if (robot.state.activity !== "Charging") return invalidStatus
    begin(now)
    return ok
  }
  const choice = (name: string, allowed: ReadonlyArray<number>, set: (value: number) => void): Method => (params) => {
    const value = single(params, name)
    if (typeof value !== "number" || !allowed.includes(value)) return invalidParams
    set(value)
    return ok
  }

  const emptying: Methods = [
    [
      "app_start_collect_dust",
      job((now) => {
        emptied++
        emptyingUntil = now + emptyingMillis / robot.speed
      })
    ],
    ["app_stop_collect_dust", job(() => emptyingUntil = 0)],
    ["get_dust_collection_mode", () => ({ result: { mode: settings.emptying } })],
    ["set_dust_collection_mode", choice("mode", [0, 1, 2, 4], (value) => settings.emptying = value)],
    ["get_dust_collection_switch_status", () => ({ result: { status: settings.automatic } })],
    ["set_dust_collection_switch_status", choice("status", [0, 1], (value) => settings.automatic = value)]
  ]
  const washing: Methods = [
    ["app_start_wash", job((now) => washingUntil = now + washingMillis / robot.speed)],
    ["start_wash_then_charge", job((now) => washingUntil = now + washingMillis / robot.speed)],
    ["app_stop_wash", job(() => washingUntil = 0)],
    ["get_wash_towel_mode", () => ({ result: { wash_mode: settings.washing } })],
    ["set_wash_towel_mode", choice("wash_mode", [0, 1, 2, 8, 10], (value) => settings.washing = value)],
    ["get_smart_wash_params", () => ({ result: smartWash })],
    ["set_smart_wash_params", (params) => {
      const wanted = isRecord(params) ? params : params[0]
      const { smart_wash: smart, wash_interval: interval } = isRecord(wanted) ? wanted : {}
      if (typeof smart !== "number" || typeof interval !== "number") return invalidParams
      smartWash = { smart_wash: smart, wash_interval: interval }
      return ok
    }]
  ]
  const drying: Methods = [
    ["app_get_dryer_setting", () => ({ result: { status: 1, on: { dry_time: drySeconds }, off: {} } })],
    ["app_set_dryer_setting", (params) => {
      const on = isRecord(params) ? params["on"] : undefined
      const seconds = isRecord(on) ? on["dry_time"] : undefined
      if (typeof seconds !== "number" || ![7200, 10_800, 14_400].includes(seconds)) return invalidParams
      drySeconds = seconds
      return ok
    }],
    ["app_set_dryer_status", (params, now) => {
      const status = single(params, "status")
      return status === 0 || status === 1
        ? job(() => dryingUntil = status === 1 ? now + drySeconds * 1000 / robot.speed : 0)([], now)
        : invalidParams
    }]
  ]
  const methods: Methods = [
    ...(abilities.empties ? emptying : []),
    ...(abilities.washes ? washing : []),
    ...(abilities.dries ? drying : [])
  ]

  return {
    methods,
    emptied: () => emptied,
    /** What the status says instead of charging, while the dock works. */
    stateAt: (now: number): number | undefined =>
      robot.state.activity !== "Charging"
        ? undefined
        : now < emptyingUntil
        ? emptyingState
        : now < washingUntil
        ? washingState
        : undefined,
    fieldsAt: (now: number) => ({
      dry_status: now < dryingUntil ? 1 : 0,
      rdt: Math.max(0, Math.round((dryingUntil - now) * robot.speed / 1000)),
      dust_collection_status: now < emptyingUntil ? 1 : 0,
      auto_dust_collection: settings.automatic
    })
  }
}

export type DockPart = ReturnType<typeof makeDock>
