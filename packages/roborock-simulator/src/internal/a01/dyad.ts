import { type Appliance, identityValues, takeSettings } from "./appliance.ts"
import { makeProgram, type Stage } from "./program.ts"

const points = { start: 200, meshReset: 218, brushReset: 219 } as const
const charging = 3
const drying: Stage = [9, 7200]
const selfCleaning: ReadonlyArray<Stage> = [[5, 60], [7, 30], [8, 30]]

/** What `start` does, by the mode of cleaning itself (202). */
const programs: ReadonlyMap<unknown, ReadonlyArray<Stage>> = new Map([
  [1, selfCleaning],
  [2, [...selfCleaning, drying]],
  [3, [drying]],
  [4, [[10, 3600]]]
])

const factorySettings: ReadonlyArray<readonly [point: number, value: number]> = [
  [202, 1],
  [203, 1],
  [204, 1],
  [205, 1],
  [206, 3],
  [207, 2],
  [208, 1],
  [212, 0],
  [213, 0],
  [221, 60],
  [222, 1],
  [223, 1],
  [224, 0],
  [225, 120],
  [226, 0],
  [227, 1320],
  [228, 420]
]

const chargeSecondsPerPercent = 150

/** A wet-dry vacuum in its stand: it charges, cleans itself and dries. */
export const makeDyad = (serialNumber: string): Appliance => {
  const settings = new Map<number, unknown>(factorySettings)
  const program = makeProgram()
  const identity = identityValues(serialNumber)
  let power = 80
  let errorCode = 0
  let meshMinutes = 1500
  let brushMinutes = 2500

  return {
    values: () =>
      new Map<number, unknown>([
        ...settings,
        [134, program.state() === drying[0] ? 1 : 0],
        [points.start, program.state() === undefined ? 0 : 1],
        [201, program.state() ?? charging],
        [209, Math.floor(power)],
        [210, Math.ceil(program.secondsLeft() / 60)],
        [214, meshMinutes],
        [215, brushMinutes],
        [216, errorCode],
        [229, "12,0,20,0,15"],
        [230, 4711],
        [235, 0],
        [237, program.state() === drying[0] ? Math.ceil(program.secondsLeft() / 60) : 0],
        ...identity
      ]),
    set: (dataPoints) => {
      takeSettings(settings, dataPoints)
      if (dataPoints.get(points.meshReset) === 1) meshMinutes = 0
      if (dataPoints.get(points.brushReset) === 1) brushMinutes = 0
      if (dataPoints.get(points.start) === 0) program.end()
      if (dataPoints.get(points.start) === 1 && errorCode === 0) program.begin(programs.get(settings.get(202)) ?? [])
    },
    advance: (seconds) => {
      program.advance(seconds)
      power = Math.min(100, power + seconds / chargeSecondsPerPercent)
    },
    fail: (code) => {
      errorCode = code
      if (code !== 0) program.end()
    }
  }
}
