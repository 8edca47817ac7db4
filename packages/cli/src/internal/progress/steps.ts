/** How far a cleaning is, seen from the states of the device. */
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import * as Stream from "effect/Stream"

export interface Step {
  /** 0 to 1, never falling. */
  readonly fraction: number
  readonly state: DeviceState
}

/** The cleaned share takes most of the bar; the way back to the dock is the rest. */
const cleaningShare = 0.9

/** Robots also dock in the middle of a job, to charge, to empty themselves and to wash the mop. */
const isOver = ({ activity, unfinished }: DeviceState): boolean => activity === "docked" && unfinished === undefined

/** Percent of the job, where the device tells it. */
export const percentOf = ({ fields, unfinished }: DeviceState): number | undefined => {
  const percent = fields["clean_percent"]
  return unfinished !== undefined && typeof percent === "number" && percent >= 0 && percent <= 100 ? percent : undefined
}

/** Steps from the start of the work until the robot is in its dock again; `area` is that of all that is to be cleaned. */
export const watch = <E, R>(states: Stream.Stream<DeviceState, E, R>, area: number): Stream.Stream<Step, E, R> =>
  states.pipe(
    Stream.dropWhile((state) => state.activity !== "cleaning"),
    Stream.takeUntil(isOver),
    Stream.mapAccum(0, (highest, state) => {
      const cleaned = percentOf(state) ?? 100 * (state.cleanedArea ?? 0) / area
      const share = Number.isFinite(cleaned) ? Math.min(1, cleaned / 100) * cleaningShare : 0
      const fraction = Math.max(highest, isOver(state) ? 1 : share)
      return [fraction, { fraction, state }]
    })
  )
