/** Runs the steps of an enhanced authentication, one at a time, beside the link that asks for them. */
import * as Effect from "effect/Effect"
import type { Exchange, Mechanism } from "../../../Authentication.ts"
import { AuthError, ConnectError } from "../../../MqttError.ts"
import type { AuthenticationStep, Session } from "../../../Session.ts"
import { within } from "../../timeLimit.ts"
import { Bell } from "../bell.ts"
import type { LinkError } from "../link/linkFailed.ts"
import type { Pump } from "../link/pump.ts"

const withoutMechanism = () =>
  new AuthError({
    reason: "BadAuthenticationMethod",
    cause: new Error("the option \"authentication\" is not set")
  })

const startedLate = () => new ConnectError({ reason: "Timeout", retryable: true })

export interface Surroundings {
  readonly session: Session
  readonly pump: Pump
  /** Whether new operations are refused, and why. */
  readonly stopped: () => LinkError | undefined
}

export class Authenticator {
  readonly #surroundings: Surroundings
  /** A new exchange on the present link; completes when the server and the mechanism agree. */
  readonly reauthenticate: Effect.Effect<void, LinkError>
  readonly #bell = new Bell()
  /** The session has one under way at most. */
  #asked: AuthenticationStep | undefined = undefined
  #current: Exchange | undefined = undefined

  /** A mechanism has `startTimeout` milliseconds to begin an exchange anew. */
  constructor(surroundings: Surroundings, startTimeout: number, mechanism: Mechanism | undefined) {
    this.#surroundings = surroundings
    this.reauthenticate = mechanism === undefined
      ? Effect.suspend(withoutMechanism)
      : Effect.unsafeMakeSemaphore(1).withPermits(1)(this.#exchangeAnew(mechanism, startTimeout))
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
    const { pump, session } = this.#surroundings
    const step = this.#asked
    const exchange = this.#current
    this.#asked = undefined
    return step === undefined || exchange === undefined ? Effect.void : Effect.matchEffect(answer(exchange, step), {
      onSuccess: (data) => Effect.sync(() => pump.pass((now) => session.authenticate(now, data))),
      onFailure: (error) => Effect.sync(() => pump.pass((now) => session.refuse(now, error)))
    })
  }

  #exchangeAnew(mechanism: Mechanism, startTimeout: number): Effect.Effect<void, LinkError> {
    return Effect.suspend(() => {
      const { session, stopped } = this.#surroundings
      const refused = stopped() ??
        (session.isReady() ? undefined : new ConnectError({ reason: "Transport", retryable: true }))
      return refused ?? mechanism.start.pipe(
        within({ millis: startTimeout, late: startedLate }),
        Effect.flatMap((exchange) => this.#begin(exchange))
      )
    })
  }

  #begin(exchange: Exchange): Effect.Effect<void, LinkError> {
    const { pump, session } = this.#surroundings
    return Effect.async<void, LinkError>((resume) => {
      pump.pass((now) => {
        const settle = (error: LinkError | undefined) => resume(error === undefined ? Effect.void : error)
        // The steps that are under way without it, even those of a newer link, stay with the exchange they began with.
        if (session.reauthenticate(now, exchange.data, settle)) this.#current = exchange
      })
    })
  }
}

const answer = (exchange: Exchange, { _tag, data }: AuthenticationStep) =>
  _tag === "Challenge"
    ? exchange.respond(data)
    : Effect.as(exchange.verify?.(data) ?? Effect.void, undefined)
