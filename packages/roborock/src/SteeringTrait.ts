/**
 * Driving a vacuum of the Q10 family by hand: as with the arrows of the app, and not by speed as `RemoteTrait`.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CommandError } from "./RoborockError.ts"

/**
 * A robot that is being steered. How far one command takes it is up to the robot.
 *
 * @since 0.1.0
 * @category models
 */
export interface Steering {
  readonly forward: Effect.Effect<void, CommandError>
  readonly left: Effect.Effect<void, CommandError>
  readonly right: Effect.Effect<void, CommandError>
  readonly halt: Effect.Effect<void, CommandError>
}

/**
 * Remote control by directions.
 *
 * @example
 * ```ts
 * import type { Device } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * export const comeOut = (vacuum: Device.Device) =>
 *   Effect.scoped(Effect.gen(function*() {
 *     const robot = yield* (yield* vacuum.trait("steering")).steer
 *     yield* robot.forward
 *     yield* Effect.sleep("2 seconds")
 *     yield* robot.halt
 *   }))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface SteeringTrait {
  /** Takes control of the robot. When the scope closes, the robot is released. */
  readonly steer: Effect.Effect<Steering, CommandError, Scope.Scope>
}
