/**
 * The logins of a simulated account: which tokens the cloud accepts, and which MQTT passwords the broker accepts.
 *
 * @since 0.1.0
 */
import * as MqttCredentials from "@effect-mqtt/roborock/MqttCredentials"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { Account } from "./Account.ts"
import { randomText } from "./Account.ts"

/**
 * One login: the token of the login API, and `rriot.s`, from which the signature and the MQTT password are made.
 *
 * @since 0.1.0
 * @category models
 */
export interface Session {
  readonly token: Redacted.Redacted
  readonly secret: Redacted.Redacted
}

/**
 * All valid logins, at most {@link maxSessions}: the next one ends the oldest.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sessions {
  readonly open: Effect.Effect<Session>
  readonly list: () => ReadonlyArray<Session>
  readonly byToken: (token: string) => Session | undefined
  readonly close: (session: Session) => void
  /** As when the password was changed: every token and every key stops working. */
  readonly closeAll: () => void
}

/**
 * Bound of {@link Sessions}; phones that log in again and again do not fill the memory.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxSessions = 32

/**
 * No logins yet.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (): Sessions => {
  let sessions: ReadonlyArray<Session> = []
  return {
    open: Effect.gen(function*() {
      const token = yield* randomText(32)
      const session: Session = {
        token: Redacted.make(`rr${token}`),
        secret: Redacted.make(yield* randomText(6))
      }
      sessions = [...sessions, session].slice(-maxSessions)
      return session
    }),
    list: () => sessions,
    byToken: (token) => sessions.find((session) => Redacted.value(session.token) === token),
    close: (session) => {
      sessions = sessions.filter((other) => other !== session)
    },
    closeAll: () => {
      sessions = []
    }
  }
}

/**
 * The MQTT user of an account; each session has a password of its own.
 *
 * @since 0.1.0
 * @category credentials
 */
export const mqttCredentials = (account: Account, session: Session): MqttCredentials.MqttCredentials =>
  Either.getOrThrow( // The address is this constant, so it cannot be refused.
    MqttCredentials.make({
      u: account.userId,
      s: session.secret,
      k: account.mqttKey,
      r: { m: "tcp://127.0.0.1:1883" }
    })
  )

/**
 * The user part of the account's topics, the same for all sessions.
 *
 * @since 0.1.0
 * @category credentials
 */
export const topicOwner = (account: Account): { readonly userId: string; readonly username: string } => {
  const { userId, username } = mqttCredentials(account, { token: Redacted.make(""), secret: Redacted.make("") })
  return { userId, username }
}
