/**
 * Cleaning of the place where the robot stands.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * Spot cleaning.
 *
 * @since 0.1.0
 * @category models
 */
export interface SpotTrait {
  readonly clean: Effect.Effect<void, CommandError>
}

/** @internal */
export const make = (vacuum: Vacuum): SpotTrait => ({ clean: vacuum.command("app_spot") })
