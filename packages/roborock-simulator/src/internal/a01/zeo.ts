import { type Appliance, identityValues, takeSettings } from "./appliance.ts"
import { makeProgram, type Stage } from "./program.ts"

const points = { start: 200, pause: 201, shutdown: 202, authorization: 232 } as const
const states = { standby: 1, delayed: 9, done: 10 } as const

const minutes = (count: number): number => count * 60

const washing: ReadonlyArray<Stage> = [[2, 30], [4, minutes(20)], [5, minutes(15)], [6, minutes(8)]]
const drying: ReadonlyArray<Stage> = [[7, minutes(60)], [8, minutes(5)]]

/** Stages by mode (204). */
const programs: ReadonlyMap<unknown, ReadonlyArray<Stage>> = new Map([
  [1, washing],
  [2, [...washing, ...drying]],
  [3, drying]
])
const soakMinutes = [0, 5, 10, 15, 20, 30]

/** Silent mode, care after drying, soaking. */
const featureBits = 1 << 1 | 1 << 3 | 1 << 8

const factorySettings: ReadonlyArray<readonly [point: number, value: number]> = [
  [204, 1],
  [205, 1],
  [206, 0],
  [207, 3],
  [208, 2],
  [209, 5],
  [210, 1],
  [211, 1],
  [212, 1],
  [213, 2],
  [214, 2],
  [217, 0],
  [221, 0],
  [223, 1],
  [225, 0],
  [points.authorization, 1],
  [233, 0],
  [240, 0],
  [241, 1320],
  [242, 420],
  [244, 0]
]

/** A washing machine that dries, too. */
export const makeZeo = (serialNumber: string): Appliance => {
  const settings = new Map<number, unknown>(factorySettings)
  const program = makeProgram()
  const identity = identityValues(serialNumber)
  let errorCode = 0
  let washes = 21
  let isDone = false

  const start = (): void => {
    if (errorCode !== 0 || settings.get(points.authorization) === 0) return
    if (program.isPaused()) return program.pause(false)
    const delay = Number(settings.get(217)) * 60
    const soak = minutes(soakMinutes[Number(settings.get(233))] ?? 0)
    isDone = false
    program.begin([
      ...(delay > 0 ? [[states.delayed, delay] as const] : []),
      ...(soak > 0 ? [[3, soak] as const] : []),
      ...programs.get(settings.get(204)) ?? []
    ])
  }

  return {
    values: () =>
      new Map<number, unknown>([
        ...settings,
        [points.start, program.state() !== undefined && !program.isPaused() ? 1 : 0],
        [points.pause, program.isPaused() ? 1 : 0],
        [points.shutdown, 0],
        [203, program.state() ?? (isDone ? states.done : states.standby)],
        [218, Math.ceil(program.secondsLeft() / 60)],
        [219, program.state() === undefined ? 0 : 1],
        [220, errorCode],
        [222, 347_414],
        [224, washes],
        [226, 0],
        [227, 0],
        [237, featureBits],
        [10_008, "{}"],
        ...identity
      ]),
    set: (dataPoints) => {
      takeSettings(settings, dataPoints)
      if (dataPoints.get(points.shutdown) === 1) {
        program.end()
        isDone = false
      } else if (dataPoints.get(points.pause) === 1) program.pause(true)
      else if (dataPoints.get(points.start) === 1) start()
    },
    advance: (seconds) => {
      if (!program.advance(seconds)) return
      isDone = true
      washes++
    },
    fail: (code) => {
      errorCode = code
      if (code !== 0) program.pause(true)
    }
  }
}
