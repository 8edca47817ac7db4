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

/** Steps from the start of the work until the robot is in its dock again. */
export const watch = <E, R>(states: Stream.Stream<DeviceState, E, R>, area: number): Stream.Stream<Step, E, R> =>
  states.pipe(
    Stream.dropWhile((state) => state.activity !== "cleaning"),
    Stream.takeUntil((state) => state.activity === "docked"),
    Stream.mapAccum(0, (highest, state) => {
      const cleaned = Math.min(1, (state.cleanedArea ?? 0) / area) * cleaningShare
      const fraction = Math.max(highest, state.activity === "docked" ? 1 : cleaned)
      return [fraction, { fraction, state }]
    })
  )
