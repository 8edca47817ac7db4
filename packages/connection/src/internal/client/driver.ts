/**
 * Opens link after link until the client is closed or the reconnect schedule is over, and keeps the
 * status. There is never more than one link: an attempt starts after the last wire is released.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as Subscribable from "effect/Subscribable"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { ConnectionOptions } from "../../ConnectionOptions.ts"
import type { ConnectionStatus } from "../../ConnectionStatus.ts"
import { SubscribeError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import * as Reconnect from "../../Reconnect.ts"
import type { Transport } from "../../Transport.ts"
import * as attempts from "./attempt.ts"
import { clientIdOf } from "./clientId.ts"
import type { Engine } from "./engine.ts"
import { closedError } from "./engine.ts"
import type { LinkError } from "./pump.ts"
import { goodbyeTimeout } from "./pump.ts"
import type { Settings } from "./settings.ts"
import type { Subscriptions } from "./subscriptions.ts"

export interface Options extends ConnectionOptions {
  readonly reconnect?: Reconnect.Reconnect | undefined
  readonly stableAfter?: Duration.DurationInput | undefined
  readonly initialConnect?: "failFast" | "retry" | undefined
}

export interface Driver {
  /** Completes with the first good CONNACK, fails when there will be none. */
  readonly connected: Effect.Effect<void, LinkError>
  readonly status: Subscribable.Subscribable<ConnectionStatus>
  readonly failure: Effect.Effect<never, LinkError>
  readonly disconnect: (reasonCode: number) => Effect.Effect<void>
}

export const make = (
  transport: Context.Tag.Service<Transport>,
  engine: Engine<Subscriptions>,
  settings: Settings,
  options: Options
): Effect.Effect<Driver, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { consumer, pump, session } = engine
    const reconnect = options.reconnect ?? Reconnect.forever
    const stableAfter = Duration.toMillis(options.stableAfter ?? "30 seconds")
    const failFast = options.initialConnect !== "retry"
    let clientId = yield* clientIdOf(options)
    const status = yield* SubscriptionRef.make<ConnectionStatus>({ _tag: "Connecting", attempt: 1 })
    const connected = yield* Deferred.make<void, LinkError>()
    const failure = yield* Deferred.make<never, LinkError>()
    let epoch = 0
    let closing = false

    const cleanStart = () =>
      // Without an identifier there is nothing that could be resumed [MQTT-3.1.3-7].
      session.mustStartClean() || clientId === "" ||
      (settings.cleanStart === "first" ? epoch === 0 : settings.cleanStart)

    const onReady = (negotiated: Negotiated) =>
      Effect.suspend(() => {
        // An identifier that the server assigned is what the session is known by from now on.
        clientId = negotiated.clientId
        return SubscriptionRef.set(status, { _tag: "Connected", epoch: ++epoch, negotiated })
      }).pipe(
        Effect.zipRight(Deferred.succeed(connected, undefined)),
        Effect.zipRight(
          Effect.logDebug("MQTT connected").pipe(Effect.annotateLogs({ clientId: negotiated.clientId, epoch }))
        )
      )

    /** One link; its error, and how long it was ready. */
    const attempt = Effect.suspend(() => {
      let readyAt: number | undefined
      return attempts.run(transport, pump, options, settings, clientId, cleanStart(), (negotiated) => {
        readyAt = pump.now()
        return onReady(negotiated)
      }).pipe(
        Effect.flip,
        Effect.map((error) => ({ error, readyFor: readyAt === undefined ? undefined : pump.now() - readyAt }))
      )
    })

    const closedBy = (cause: LinkError) => (filter: string) => new SubscribeError({ reason: "Closed", filter, cause })

    const giveUp = (error: LinkError) =>
      Effect.suspend(() => {
        engine.dispose(error)
        consumer.endAll(closedBy(error), "fail")
        return Effect.all([
          SubscriptionRef.set(status, { _tag: "Failed", error }),
          Deferred.fail(connected, error),
          Deferred.fail(failure, error)
        ], { discard: true })
      })

    const drive = Effect.gen(function*() {
      let schedule = yield* Schedule.driver(reconnect)
      let refusals = 0
      for (let count = 1;; count++) {
        yield* SubscriptionRef.set(status, { _tag: "Connecting", attempt: count })
        const wasToStartClean = session.mustStartClean()
        const { error, readyFor } = yield* attempt
        if (closing) break
        // The server is fine, it only remembers more than this client does: once more, clean.
        if (session.mustStartClean() && !wasToStartClean) continue
        if (readyFor !== undefined) {
          count = 0
          if (readyFor >= stableAfter) {
            refusals = 0
            schedule = yield* Schedule.driver(reconnect)
          }
        }
        // Credentials are evaluated again for one more attempt: a token may have expired.
        const again = error.retryable || (error._tag === "AuthError" && epoch > 0 && ++refusals === 1)
        if (!again || (epoch === 0 && failFast)) {
          yield* giveUp(error)
          break
        }
        yield* SubscriptionRef.set(status, { _tag: "Disconnected", error })
        yield* Effect.logDebug("MQTT disconnected", error.message).pipe(Effect.annotateLogs({ clientId, epoch }))
        if (Option.isNone(yield* Effect.option(schedule.next(error)))) {
          yield* giveUp(error)
          break
        }
      }
    })

    // A defect in an Effect or a Schedule of the options must not leave anybody waiting.
    const broken = (cause: Cause.Cause<never>) =>
      Cause.isInterruptedOnly(cause) ? Effect.void : Effect.suspend(() => {
        engine.dispose(closedError)
        consumer.endAll(closedBy(closedError), "fail")
        return Effect.zipRight(Deferred.failCause(connected, cause), Deferred.failCause(failure, cause))
      })

    // Fibers inherit the mask of whoever forks them: a client may be made where nothing is interruptible.
    const fiber = yield* Effect.forkScoped(Effect.interruptible(Effect.onError(drive, broken)))

    const disconnect = (reasonCode: number) =>
      Effect.gen(function*() {
        if (closing) {
          yield* Fiber.await(fiber)
          return
        }
        closing = true
        yield* engine.drain
        if (session.isReady()) {
          pump.pass(() => session.disconnect(reasonCode, goodbye))
          yield* Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), goodbyeTimeout)
        }
        yield* Fiber.interrupt(fiber)
        engine.dispose(closedError)
        consumer.endAll(closedBy(closedError), "end")
        yield* Deferred.fail(connected, closedError)
        yield* Deferred.fail(failure, closedError)
        yield* SubscriptionRef.update(status, (last) => last._tag === "Failed" ? last : { _tag: "Closed" } as const)
      }).pipe(Effect.asVoid, Effect.uninterruptible)

    // A session that was only kept for a quick return is not left behind.
    const goodbye = settings.protocolVersion === 5 && options.sessionExpiry === undefined
      ? { sessionExpiryInterval: 0 }
      : undefined

    yield* Effect.addFinalizer(() => disconnect(0))

    return {
      connected: Deferred.await(connected),
      status,
      failure: Deferred.await(failure),
      disconnect
    }
  })
