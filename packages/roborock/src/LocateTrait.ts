/**
 * Finding a robot.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * Has the robot say aloud where it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocateTrait {
  readonly locate: Effect.Effect<void, CommandError>
}

/** @internal */
export const make = (vacuum: Vacuum): LocateTrait => ({ locate: vacuum.command("find_me") })
