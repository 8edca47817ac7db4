/**
 * Reading the status at once, instead of at the next poll.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { DeviceState } from "./DeviceState.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The status of a vacuum. What is known without asking is in `device.state`; whoever watches that sees the result too.
 *
 * @since 0.1.0
 * @category models
 */
export interface StatusTrait {
  /** Asks the device now. */
  readonly refresh: Effect.Effect<DeviceState, CommandError>
}

/** @internal */
export const make = (vacuum: Vacuum): StatusTrait => ({ refresh: vacuum.refreshStatus })
