/**
 * Opens link after link until the client is closed or the reconnect schedule is over, and keeps the
 * status. There is never more than one link: an attempt starts after the last wire is released.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as Subscribable from "effect/Subscribable"
import type { DisconnectOptions } from "../../ConnectionOptions.ts"
import type { ConnectionStatus } from "../../ConnectionStatus.ts"
import * as LiveValue from "../../LiveValue.ts"
import { ConnectError, SubscribeError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import * as Reconnect from "../../Reconnect.ts"
import type { Transport } from "../../Transport.ts"
import * as attempts from "./attempt.ts"
import { clientIdOf } from "./clientId.ts"
import type { Engine } from "./engine.ts"
import { closedError, reasonOfGoodbye } from "./engine.ts"
import type { LinkError } from "./pump.ts"
import { goodbyeTimeout } from "./pump.ts"
import type { ClientOptions, Settings } from "./settings.ts"
import type { Subscriptions } from "./subscriptions.ts"

export interface Options extends ClientOptions {
  readonly reconnect?: Reconnect.Reconnect | undefined
  readonly initialConnect?: "failFast" | "retry" | undefined
}

export interface Driver {
  /** Completes with the first good CONNACK, fails when there will be none. */
  readonly connected: Effect.Effect<void, LinkError>
  readonly status: Subscribable.Subscribable<ConnectionStatus>
  /** Fails when the client gives up; a client that was closed here has not. */
  readonly failure: Effect.Effect<never, LinkError>
  readonly disconnect: (options?: DisconnectOptions) => Effect.Effect<void>
}

/** Links in a row that end in the same protocol error, before the next one is not worth trying. */
const protocolErrorsInARow = 3

/** Codes that say that one side breaks the rules: the next link ends like this one, if nothing changes. */
const brokenRules = new Set([0x81, 0x82, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x99])

/** What makes two protocol errors the same; undefined for every other error. */
const protocolErrorOf = (error: LinkError): string | undefined => {
  if (error._tag === "AuthError") return undefined
  const { cause, reason, reasonCode } = error
  if (reason !== "ProtocolError" && !(reasonCode !== undefined && brokenRules.has(reasonCode))) return undefined
  return `${reason} ${reasonCode} ${cause instanceof Error ? cause.message : ""}`
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
    const failFast = options.initialConnect !== "retry"
    let clientId = yield* clientIdOf(options)
    const status = yield* LiveValue.make<ConnectionStatus>({ _tag: "Connecting", attempt: 1 })
    const setStatus = (now: ConnectionStatus) => status.update(() => now)
    const lastStatus = (last: ConnectionStatus) => Effect.zipRight(setStatus(last), status.end)
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
        return setStatus({ _tag: "Connected", epoch: ++epoch, negotiated })
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
          lastStatus({ _tag: "Failed", error }),
          Deferred.fail(connected, error),
          Deferred.fail(failure, error)
        ], { discard: true })
      })

    const drive = Effect.gen(function*() {
      let schedule = yield* Schedule.driver(reconnect)
      let refusals = 0
      let protocolError: string | undefined
      let protocolErrors = 0
      for (let count = 1;; count++) {
        yield* setStatus({ _tag: "Connecting", attempt: count })
        const wasToStartClean = session.mustStartClean()
        const { error, readyFor } = yield* attempt
        if (closing) break
        // The server is fine, it only remembers more than this client does: once more, clean.
        if (session.mustStartClean() && !wasToStartClean) continue
        if (readyFor !== undefined) {
          count = 0
          if (readyFor >= settings.stableAfter) {
            refusals = 0
            protocolErrors = 0
            schedule = yield* Schedule.driver(reconnect)
          }
        }
        const last = protocolError
        protocolError = protocolErrorOf(error)
        protocolErrors = protocolError === undefined ? 0 : protocolError === last ? protocolErrors + 1 : 1
        // Credentials are evaluated again for one more attempt: a token may have expired.
        const again = error.retryable || (error._tag === "AuthError" && epoch > 0 && ++refusals === 1)
        if (!again || (epoch === 0 && failFast) || protocolErrors >= protocolErrorsInARow) {
          yield* giveUp(error)
          break
        }
        yield* setStatus({ _tag: "Disconnected", error })
        yield* Effect.logDebug("MQTT disconnected", error.message).pipe(Effect.annotateLogs({ clientId, epoch }))
        if (Option.isNone(yield* Effect.option(schedule.next(error)))) {
          yield* giveUp(error)
          break
        }
      }
    })

    // A defect in an Effect or a Schedule of the options must not leave anybody waiting.
    const broken = (cause: Cause.Cause<never>) =>
      Cause.isInterruptedOnly(cause) ? Effect.void : Effect.zipRight(
        Effect.all([Deferred.failCause(connected, cause), Deferred.failCause(failure, cause)], { discard: true }),
        giveUp(new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: Cause.squash(cause) }))
      )

    // Fibers inherit the mask of whoever forks them: a client may be made where nothing is interruptible.
    const fiber = yield* Effect.forkScoped(Effect.interruptible(Effect.onError(drive, broken)))

    const disconnect = (how?: DisconnectOptions) =>
      Effect.gen(function*() {
        if (closing) {
          yield* Fiber.await(fiber)
          return
        }
        closing = true
        yield* engine.drain
        if (session.isReady()) {
          pump.pass(() => session.disconnect(reasonOfGoodbye(how), goodbye))
          yield* Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), goodbyeTimeout)
        }
        yield* Fiber.interrupt(fiber)
        engine.dispose(closedError)
        consumer.endAll(closedBy(closedError), "end")
        yield* Deferred.fail(connected, closedError)
        // A client that has given up stays `Failed`: its status has ended.
        yield* lastStatus({ _tag: "Closed" })
      }).pipe(Effect.asVoid, Effect.uninterruptible)

    // A session that was only kept for a quick return is not left behind.
    const goodbye = settings.protocolVersion === 5 && options.sessionExpiry === undefined
      ? { sessionExpiryInterval: 0 }
      : undefined

    yield* Effect.addFinalizer(() => disconnect())

    return {
      connected: Deferred.await(connected),
      status,
      failure: Deferred.await(failure),
      disconnect
    }
  })
