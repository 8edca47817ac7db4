/**
 * How a session proves who it is.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { UserData } from "./UserData.ts"

/**
 * E-mail address and password of the Roborock account.
 *
 * @since 0.1.0
 * @category models
 */
export interface Password {
  readonly email: string
  readonly password: Redacted.Redacted
}

/**
 * E-mail address, and an effect that asks the owner for the code that Roborock has just sent there. It runs only
 * when a code was sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface EmailCode {
  readonly email: string
  readonly code: Effect.Effect<string>
}

/**
 * The result of an earlier login: no new login, and no new entry in the account's list of sessions.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stored {
  readonly userData: UserData
  /**
   * Finds a login that another program has made since: run when the one in use is refused, and every half minute for as
   * long as it stays refused.
   */
  readonly newer?: Effect.Effect<UserData | undefined> | undefined
}

/**
 * One of the three.
 *
 * @since 0.1.0
 * @category models
 */
export type Credentials = Password | EmailCode | Stored
