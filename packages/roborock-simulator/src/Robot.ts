/**
 * The robot as a pure state machine: commands and the time go in, a state comes out; no clock, no fiber, no network.
 *
 * @since 0.1.0
 */
import type { FloorPlan } from "./FloorPlan.ts"
import { makeMachine } from "./internal/driving/machine.ts"
import type * as State from "./RobotState.ts"

/**
 * What a robot is doing.
 *
 * @since 0.1.0
 * @category models
 */
export type Activity = State.Activity

/**
 * What is cleaned.
 *
 * @since 0.1.0
 * @category models
 */
export type CleanKind = State.CleanKind

/**
 * What a robot can be told.
 *
 * @since 0.1.0
 * @category models
 */
export type Command = State.Command

/**
 * How a command went.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = State.Outcome

/**
 * A cleaning that has ended.
 *
 * @since 0.1.0
 * @category models
 */
export type CleanRecord = State.CleanRecord

/**
 * A robot at one moment.
 *
 * @since 0.1.0
 * @category models
 */
export type RobotState = State.RobotState

/**
 * The machine. Times are milliseconds of any clock that does not go backwards; records take them for Unix time.
 *
 * @since 0.1.0
 * @category models
 */
export interface Robot {
  /** Brings the robot to a moment. */
  readonly advance: (nowMillis: number) => void
  /** Brings the robot to a moment and tells it to do something. */
  readonly command: (command: Command, nowMillis: number) => Outcome
  /** As of the last `advance` or `command`. */
  readonly state: RobotState
  /** All floors that it knows. */
  readonly floors: ReadonlyArray<FloorPlan>
  /** The floor that it is on. */
  readonly plan: FloorPlan
  /** Brings the robot to a moment; from then on it lives this many times as fast as real time. */
  readonly setSpeed: (speed: number, nowMillis: number) => void
  /** How many times as fast as real time it lives. */
  readonly speed: number
}

/**
 * How a robot begins its life.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** When the robot's life begins, in milliseconds. */
  readonly nowMillis: number
  /**
   * How many times as fast as real time everything happens.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Battery percentage at the beginning.
   * @default 100
   */
  readonly battery?: number | undefined
  /** Floors besides the one it begins on. */
  readonly otherFloors?: ReadonlyArray<FloorPlan> | undefined
}

/**
 * Bound of `RobotState.path`; the oldest points go first.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxPathPoints = 8000

/**
 * Bound of `RobotState.records`.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxRecords = 20

/**
 * A robot in its dock.
 *
 * It cleans whole rooms one after the other along a planned drive, returns by itself when done or when the battery is
 * low (and goes on after charging), and never leaves the cells a robot fits on.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (plan: FloorPlan, options: Options): Robot =>
  makeMachine(plan, options, { pathPoints: maxPathPoints, records: maxRecords })
