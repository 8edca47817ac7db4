/**
 * What a robot does, what it can be told, and what can be seen of it.
 *
 * @since 0.1.0
 */
import type { Pose, Rectangle } from "./FloorPlan.ts"
import type { Point } from "./internal/driving/trail.ts"

/**
 * What a robot is doing.
 *
 * @since 0.1.0
 * @category models
 */
export type Activity = "Charging" | "Idle" | "Cleaning" | "Paused" | "Returning" | "Driving" | "Error"

/**
 * What is cleaned: `Spot` is a zone around the place where the robot stood.
 *
 * @since 0.1.0
 * @category models
 */
export type CleanKind = "All" | "Segments" | "Zones" | "Spot"

/**
 * What a robot can be told. `Fail` and `Recover` are what a person standing beside it would do: lift it, put it back; and
 * `ChangeFloor` takes a robot that rests to the dock of another floor, by its place in the floors of the robot. With
 * `thenMop` everything is gone over once more when it is done, with the mop.
 *
 * @since 0.1.0
 * @category models
 */
export type Command =
  | {
    readonly _tag: "CleanAll"
    /** @default 1 */
    readonly repeat?: number | undefined
    /** @default false */
    readonly thenMop?: boolean | undefined
  }
  | {
    readonly _tag: "CleanSegments"
    readonly segments: ReadonlyArray<number>
    readonly repeat: number
    /** @default false */
    readonly thenMop?: boolean | undefined
  }
  | { readonly _tag: "CleanZones"; readonly zones: ReadonlyArray<Rectangle>; readonly repeat: number }
  | { readonly _tag: "CleanSpot" }
  | { readonly _tag: "GoTo"; readonly x: number; readonly y: number }
  | { readonly _tag: "Pause" }
  | { readonly _tag: "Resume" }
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Dock" }
  | { readonly _tag: "Fail"; readonly errorCode: number }
  | { readonly _tag: "Recover" }
  | { readonly _tag: "ChangeFloor"; readonly floor: number }

/**
 * How a command went: `Refused` when the robot cannot do it in its present state, `BadParameters` for rooms that it does
 * not know and places that it cannot reach.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = "Done" | "Refused" | "BadParameters"

/**
 * A cleaning that has ended, as robots tell it: times are Unix seconds, the duration is the robot's own (simulated) time.
 *
 * @since 0.1.0
 * @category models
 */
export interface CleanRecord {
  readonly beginSeconds: number
  readonly endSeconds: number
  readonly durationSeconds: number
  readonly areaMm2: number
  readonly kind: CleanKind
  readonly complete: boolean
  readonly errorCode: number
  /** Where it was, by its place in the floors of the robot. */
  readonly floor: number
}

/**
 * A robot at one moment.
 *
 * @since 0.1.0
 * @category models
 */
export interface RobotState {
  readonly activity: Activity
  /** Its place in the floors of the robot. */
  readonly floor: number
  readonly position: Pose
  /** Whole percent, 0..100. */
  readonly battery: number
  readonly errorCode: number
  /** The cleaning under way, even while it is paused or interrupted for charging. */
  readonly task: { readonly kind: CleanKind; readonly segments: ReadonlyArray<number> } | undefined
  /** The room being cleaned. */
  readonly segment: number | undefined
  /** Of the cleaning under way, else of the last one. */
  readonly cleanTimeSeconds: number
  readonly cleanAreaMm2: number
  /** Share of the requested floor that is done, whole percent. */
  readonly progress: number
  /** Where it has been since the cleaning began, at most `Robot.maxPathPoints` points. */
  readonly path: ReadonlyArray<Point>
  /** The newest cleanings, newest first, at most `Robot.maxRecords`. */
  readonly records: ReadonlyArray<CleanRecord>
  /** Over the whole life of the robot. */
  readonly totals: { readonly timeSeconds: number; readonly areaMm2: number; readonly count: number }
}
