/**
 * The routines of the app that a device takes part in.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { AuthError, ConnectError } from "./RoborockError.ts"
import type { Routine } from "./Routine.ts"

/**
 * Routines, which the cloud keeps and runs; all of the home are in the session.
 *
 * @since 0.1.0
 * @category models
 */
export interface RoutinesTrait {
  readonly list: Effect.Effect<ReadonlyArray<Routine>, AuthError | ConnectError>
  /** Runs one, by its id. */
  readonly run: (id: number) => Effect.Effect<void, AuthError | ConnectError>
}
