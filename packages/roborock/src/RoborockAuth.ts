/**
 * The login of a session: where it comes from, and what happens when it is refused.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { AuthError, ConnectError } from "./RoborockError.ts"
import type { UserData } from "./UserData.ts"

/**
 * The login in use, shared by the web API and the MQTT connection.
 *
 * @since 0.1.0
 * @category tags
 */
export class RoborockAuth extends Context.Tag("@effect-mqtt/roborock/RoborockAuth")<RoborockAuth, {
  /** The login in use. */
  readonly userData: Effect.Effect<UserData>
  /**
   * To be called when `refused` was refused with `error`: logs in anew, once for all who ask, unless that was done
   * already. Where there is no way to log in, or it was tried a short while ago, it fails with `error`.
   */
  readonly renew: (refused: UserData, error: AuthError) => Effect.Effect<UserData, AuthError | ConnectError>
}>() {}

/**
 * A login that cannot be renewed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fixed = (userData: UserData): RoborockAuth["Type"] => ({
  userData: Effect.succeed(userData),
  renew: (_, error) => Effect.fail(error)
})
