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
 * The status of a vacuum. Whoever watches `device.state` sees the result too.
 *
 * @since 0.1.0
 * @category models
 */
export interface StatusTrait {
  /** Asks the device now. */
  readonly refresh: Effect.Effect<DeviceState, CommandError>
  /** What is known without asking. */
  readonly get: Effect.Effect<DeviceState>
}

/** @internal */
export const make = (vacuum: Vacuum): StatusTrait => ({ refresh: vacuum.refreshStatus, get: vacuum.state.get })
