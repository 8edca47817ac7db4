/** Runs the steps of an enhanced authentication, one at a time, beside the link that asks for them. */
import * as Effect from "effect/Effect"
import type { Exchange, Mechanism } from "../../Authentication.ts"
import { AuthError, ConnectError } from "../../MqttError.ts"
import type { AuthenticationStep, Session } from "../../Session.ts"
import { make as makeBell } from "./bell.ts"
import type { LinkError } from "./linkFailed.ts"
import type { Pump } from "./pump.ts"

export interface Authenticator {
  /** To be called from the session's `onAuthenticate`. */
  readonly onStep: (step: AuthenticationStep) => void
  /** Answers the steps of a link that begins with this exchange, until it is interrupted. */
  readonly run: (exchange: Exchange) => Effect.Effect<never>
  /** A new exchange on the link that there is; completes when the server and the mechanism agree. */
  readonly reauthenticate: Effect.Effect<void, LinkError>
}

const withoutMechanism = new AuthError({
  reason: "BadAuthenticationMethod",
  cause: new Error("the option \"authentication\" is not set")
})

export const make = (session: Session, pump: Pump, mechanism: Mechanism | undefined): Authenticator => {
  const bell = makeBell()
  /** The session has one under way at most. */
  let asked: AuthenticationStep | undefined
  let current: Exchange | undefined

  const answer = (exchange: Exchange, { _tag, data }: AuthenticationStep) =>
    _tag === "Challenge"
      ? exchange.respond(data)
      : Effect.as(exchange.verify?.(data) ?? Effect.void, undefined)

  const next = Effect.flatMap(bell.wait, () => {
    const step = asked
    asked = undefined
    return step === undefined || current === undefined ? Effect.void : Effect.matchEffect(answer(current, step), {
      onSuccess: (data) => Effect.sync(() => pump.pass((now) => session.authenticate(now, data))),
      onFailure: (error) => Effect.sync(() => pump.pass((now) => session.refuse(now, error)))
    })
  })

  const exchangeAnew = (exchange: Exchange) =>
    Effect.async<void, LinkError>((resume) => {
      current = exchange
      pump.pass((now) =>
        session.reauthenticate(now, exchange.data, (error) => resume(error === undefined ? Effect.void : error))
      )
    })

  return {
    onStep: (step) => {
      asked = step
      bell.ring()
    },
    run: (exchange) =>
      Effect.suspend(() => {
        current = exchange
        asked = undefined
        return Effect.forever(next)
      }),
    reauthenticate: mechanism === undefined ? withoutMechanism : Effect.unsafeMakeSemaphore(1).withPermits(1)(
      Effect.suspend(() =>
        session.isReady()
          ? Effect.flatMap(mechanism.start, exchangeAnew)
          : new ConnectError({ reason: "Transport", retryable: true })
      )
    )
  }
}
