/** Runs the steps of an enhanced authentication, one at a time, beside the link that asks for them. */
import * as Effect from "effect/Effect"
import type { Exchange, Mechanism } from "../../../Authentication.ts"
import { AuthError, ConnectError } from "../../../MqttError.ts"
import type { AuthenticationStep, Session } from "../../../Session.ts"
import { Bell } from "../bell.ts"
import type { LinkError } from "../link/linkFailed.ts"
import type { Pump } from "../link/pump.ts"

const withoutMechanism = new AuthError({
  reason: "BadAuthenticationMethod",
  cause: new Error("the option \"authentication\" is not set")
})

export class Authenticator {
  readonly #session: Session
  readonly #pump: Pump
  /** A new exchange on the link that there is; completes when the server and the mechanism agree. */
  readonly reauthenticate: Effect.Effect<void, LinkError>
  readonly #bell = new Bell()
  /** The session has one under way at most. */
  #asked: AuthenticationStep | undefined = undefined
  #current: Exchange | undefined = undefined

  constructor(session: Session, pump: Pump, mechanism: Mechanism | undefined) {
    this.#session = session
    this.#pump = pump
    this.reauthenticate = mechanism === undefined
      ? withoutMechanism
      : Effect.unsafeMakeSemaphore(1).withPermits(1)(this.#exchangeAnew(mechanism))
  }

  /** To be called from the session's `onAuthenticate`. */
  onStep(step: AuthenticationStep): void {
    this.#asked = step
    this.#bell.ring()
  }

  /** Answers the steps of a link that begins with this exchange, until it is interrupted. */
  run(exchange: Exchange): Effect.Effect<never> {
    return Effect.suspend(() => {
      this.#current = exchange
      this.#asked = undefined
      return Effect.forever(Effect.flatMap(this.#bell.wait, () => this.#answerStep()))
    })
  }

  #answerStep(): Effect.Effect<void> {
    const step = this.#asked
    const exchange = this.#current
    this.#asked = undefined
    return step === undefined || exchange === undefined ? Effect.void : Effect.matchEffect(answer(exchange, step), {
      onSuccess: (data) => Effect.sync(() => this.#pump.pass((now) => this.#session.authenticate(now, data))),
      onFailure: (error) => Effect.sync(() => this.#pump.pass((now) => this.#session.refuse(now, error)))
    })
  }

  #exchangeAnew(mechanism: Mechanism): Effect.Effect<void, LinkError> {
    return Effect.suspend(() =>
      this.#session.isReady()
        ? Effect.flatMap(mechanism.start, (exchange) => this.#begin(exchange))
        : new ConnectError({ reason: "Transport", retryable: true })
    )
  }

  #begin(exchange: Exchange): Effect.Effect<void, LinkError> {
    return Effect.async<void, LinkError>((resume) => {
      this.#current = exchange
      this.#pump.pass((now) =>
        this.#session.reauthenticate(
          now,
          exchange.data,
          (error) => resume(error === undefined ? Effect.void : error)
        )
      )
    })
  }
}

const answer = (exchange: Exchange, { _tag, data }: AuthenticationStep) =>
  _tag === "Challenge"
    ? exchange.respond(data)
    : Effect.as(exchange.verify?.(data) ?? Effect.void, undefined)
