import * as Q10Codes from "@effect-mqtt/roborock/Q10Codes"
import type { Robot } from "../../Robot.ts"
import { stateCodeB01 } from "../devices/b01.ts"

/** Data points that stand outside of the container. */
export const topPoints: ReadonlySet<number> = new Set([121, 122, 123, 124, 125, 126, 127, 136, 137, 138, 139, 141])

/** Percent left of parts when the simulated life begins, hours they last, and the data point that resets them. */
const parts = [
  { point: 125, left: 80, hours: 300, reset: 20 },
  { point: 126, left: 70, hours: 200, reset: 18 },
  { point: 127, left: 90, hours: 150, reset: 22 },
  { point: 67, left: 60, hours: 30, reset: 68 },
  { point: 23, left: 95, hours: 180, reset: 24 }
] as const

const factorySettings: ReadonlyArray<readonly [point: number, value: number]> = [
  [123, 2],
  [124, 1],
  [136, 1],
  [137, 1],
  [25, 1],
  [26, 70],
  [37, 1],
  [40, 1],
  [45, 0],
  [47, 0],
  [50, 0],
  [60, 0],
  [76, 0],
  [77, 1],
  [78, 1],
  [80, 0]
]

const allowed: ReadonlyMap<number, ReadonlyMap<number, string>> = new Map([
  [123, Q10Codes.fanLevelNames],
  [124, Q10Codes.waterLevelNames],
  [137, Q10Codes.cleanModeNames]
])

const taskCodes = { All: 1, Segments: 2, Zones: 3, Spot: 5 } as const

/** What a Q10 robot tells by number, and what can be set. */
export const makeValues = (robot: Robot, host: string) => {
  const settings = new Map(factorySettings)
  const replacedAt = new Map<number, number>()
  const timeZone = { timeZoneCity: "Europe/Berlin", timeZoneSec: 3600 }
  const network = { ipAdress: host, mac: "02:00:00:00:00:01", signal: -42, wifiName: "simulated" }

  const percentLeft = ({ hours, left, point }: (typeof parts)[number]): number => {
    const total = robot.state.totals.timeSeconds
    const since = replacedAt.get(point)
    const worn = 100 * (total - (since ?? 0)) / (hours * 3600)
    return Math.max(0, Math.round((since === undefined ? left : 100) - worn))
  }

  return {
    /** All of them; `other` is a state that is no state of driving. */
    all: (other: number | undefined): ReadonlyMap<number, unknown> => {
      const { state } = robot
      return new Map<number, unknown>([
        ...settings,
        ...parts.map((part) => [part.point, percentLeft(part)] as const),
        [121, other ?? stateCodeB01(state)],
        [122, state.battery],
        [138, state.task === undefined ? 0 : taskCodes[state.task.kind]],
        [139, state.activity === "Charging" ? 5 : 0],
        [141, state.progress],
        [6, Math.round(state.cleanTimeSeconds / 60)],
        [7, Math.round(state.cleanAreaMm2 / 1e6)],
        [29, Math.round(state.totals.areaMm2 / 1e6)],
        [30, state.totals.count],
        [31, Math.round(state.totals.timeSeconds / 60)],
        [79, timeZone],
        [81, network],
        [87, state.progress],
        [90, state.errorCode]
      ])
    },
    /** Takes a setting that it has; others are passed over. */
    set: (point: number, value: unknown): void => {
      const code = typeof value === "boolean" ? Number(value) : value
      if (typeof code !== "number" || !settings.has(point) || allowed.get(point)?.has(code) === false) return
      settings.set(point, code)
    },
    /** Whether this data point resets a part. */
    replace: (point: number): boolean => {
      const part = parts.find(({ reset }) => reset === point)
      if (part !== undefined) replacedAt.set(part.point, robot.state.totals.timeSeconds)
      return part !== undefined
    }
  }
}
