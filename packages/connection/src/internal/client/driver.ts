/**
 * Opens link after link until the client is closed or the reconnect schedule is over, and keeps the
 * status. There is never more than one link: an attempt starts after the last wire is released.
 */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import type { ClientOptions } from "../../ClientOptions.ts"
import type { DisconnectOptions } from "../../ConnectionOptions.ts"
import type { ConnectionStatus } from "../../ConnectionStatus.ts"
import * as LiveValue from "../../LiveValue.ts"
import { ConnectError, SubscribeError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import * as Reconnect from "../../Reconnect.ts"
import type { Transport } from "../../Transport.ts"
import * as attempts from "./attempt.ts"
import { clientIdOf } from "./clientId.ts"
import { Delay } from "./delay.ts"
import { Endpoints } from "./endpoints.ts"
import type { Engine } from "./engine.ts"
import { closedError } from "./engine.ts"
import * as goodbye from "./goodbye.ts"
import { toConnectError } from "./linkFailed.ts"
import type { LinkError } from "./linkFailed.ts"
import { Outcome } from "./outcome.ts"
import { goodbyeTimeout } from "./pump.ts"
import * as retries from "./retry.ts"
import type { Settings } from "./settings.ts"
import type { Subscriptions } from "./subscriptions.ts"
import { tracedAttempt } from "./tracing.ts"
import { Version } from "./version.ts"

export interface Driver {
  /** Completes with the first good CONNACK, fails when there will be none. */
  readonly connected: Effect.Effect<void, LinkError>
  readonly status: Subscribable.Subscribable<ConnectionStatus>
  /** Fails when the client gives up; a client that was closed here has not. */
  readonly failure: Effect.Effect<never, LinkError>
  /** Replaces the link, or ends the wait for the next one; completes when there is one, or will be none. */
  readonly reconnect: Effect.Effect<void>
  readonly disconnect: (options?: DisconnectOptions) => Effect.Effect<void>
}

const replacedError = new ConnectError({ reason: "Closed", retryable: true })
const identifierRefused = 0x85

/** `onConnected` runs beside each link, once it is ready, and ends with it at the latest. */
export const make = (
  transport: Context.Tag.Service<Transport>,
  engine: Engine<Subscriptions>,
  settings: Settings,
  options: ClientOptions,
  onConnected: ((negotiated: Negotiated) => Effect.Effect<void>) | undefined
): Effect.Effect<Driver, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { consumer, notices: { notify }, pump, session } = engine
    const shared = attempts.share({ transport, engine, options, settings })
    const failFast = options.initialConnect !== "retry"
    const endpoints = new Endpoints(options.url, options.followRedirect)
    const retry = retries.make(settings.stableAfter)
    const version = new Version(settings)
    let clientId = yield* clientIdOf(options)
    const status = yield* LiveValue.make<ConnectionStatus>({ _tag: "Connecting", attempt: 1 })
    const setStatus = (now: ConnectionStatus) => status.update(() => now)
    const lastStatus = (last: ConnectionStatus) => Effect.zipRight(setStatus(last), status.end)
    const connected = new Outcome<void, LinkError>()
    const failure = new Outcome<never, LinkError>()
    const closed = new Outcome<void>()
    let epoch = 0
    let closing = false
    let replacing = false
    const scope = yield* Effect.scope
    const delay = new Delay()
    let hook: Fiber.Fiber<void> | undefined

    const isDurable = engine.committer !== undefined

    const cleanStart = (protocolVersion: ProtocolVersion.ProtocolVersion): boolean => {
      // Without an identifier there is nothing that could be resumed [MQTT-3.1.3-7].
      if (session.mustStartClean() || clientId === "") return true
      // In 3.1.1 a session that starts clean would not outlive its link.
      if (isDurable && options.cleanStart === undefined) {
        return protocolVersion === 5 && !session.isResumable(pump.now())
      }
      return settings.cleanStart === "first" ? epoch === 0 : settings.cleanStart
    }

    const onReady = (negotiated: Negotiated) =>
      Effect.suspend(() => {
        // An identifier that the server assigned is what the session is known by from now on.
        clientId = negotiated.clientId
        replacing = false
        version.ready()
        endpoints.ready()
        return setStatus({ _tag: "Connected", epoch: ++epoch, negotiated })
      }).pipe(
        Effect.zipRight(Effect.sync(() => connected.settle(Exit.void))),
        Effect.zipRight(
          Effect.logDebug("MQTT connected").pipe(Effect.annotateLogs({ clientId: negotiated.clientId, epoch }))
        ),
        Effect.zipRight(startHook(negotiated))
      )

    /** It may close the client, and then waits for the link to end: nothing of the link may wait for it. */
    const startHook = (negotiated: Negotiated) =>
      onConnected === undefined ? Effect.void : Effect.map(Effect.forkIn(onConnected(negotiated), scope), (started) => {
        hook = started
      })

    const endHook = Effect.suspend(() => {
      const started = hook
      hook = undefined
      return started === undefined ? Effect.void : Fiber.interruptFork(started)
    })

    /** One link; its error, and how long it was ready. */
    const attempt = Effect.suspend(() => {
      let readyAt: number | undefined
      const protocolVersion = version.next
      const run = (whenReady: Effect.Effect<void>) =>
        attempts.run(shared, {
          endpoint: endpoints.next,
          clientId,
          cleanStart: cleanStart(protocolVersion),
          protocolVersion,
          onReady: (negotiated) => {
            readyAt = pump.now()
            return Effect.zipRight(whenReady, onReady(negotiated))
          },
          onOver: endHook
        })
      return Effect.catchAll(
        options.traces === true ? tracedAttempt(clientId, protocolVersion, run) : run(Effect.void),
        (error): Effect.Effect<retries.Ending> =>
          Effect.succeed({
            error,
            protocolVersion,
            readyFor: readyAt === undefined ? undefined : pump.now() - readyAt,
            wasBusy: session.wasBusy()
          })
      )
    })

    const closedBy = (cause: LinkError) => (filter: string) => new SubscribeError({ reason: "Closed", filter, cause })

    const giveUp = (error: LinkError) =>
      Effect.suspend(() => {
        engine.dispose(error)
        notify({ _tag: "Over", error })
        consumer.endAll(closedBy(error), "fail")
        return Effect.map(lastStatus({ _tag: "Failed", error }), () => {
          connected.settle(Exit.fail(error))
          failure.settle(Exit.fail(error))
        })
      })

    /** What the last attempt has taught us is tried at once, and is no failure. */
    const changed = ({ error, protocolVersion }: retries.Ending, wasToStartClean: boolean): boolean => {
      // The server is fine, it only remembers more than this client does: once more, clean.
      if (session.mustStartClean() && !wasToStartClean) return true
      if (version.refused(protocolVersion, error)) return true
      // An identifier that a server assigned need not please the next one [5 §3.2.2.3.7].
      if (error._tag === "AuthError" || error.reasonCode !== identifierRefused) return false
      if (options.clientId !== "" || clientId === "") return false
      clientId = ""
      return true
    }

    const drive = Effect.gen(function*() {
      const reconnect = options.reconnect ?? Reconnect.forever
      let schedule: Schedule.ScheduleDriver<unknown, ConnectError> | undefined
      let worthwhile = false
      for (let count = 1;; count++) {
        notify({ _tag: "Connecting", attempt: count })
        yield* setStatus({ _tag: "Connecting", attempt: count })
        const wasToStartClean = session.mustStartClean()
        const ending = yield* attempt
        notify({ _tag: "LinkEnded", error: ending.error })
        if (closing) break
        if (replacing) {
          replacing = false
          count = 0
          yield* setStatus({ _tag: "Disconnected", error: replacedError })
          continue
        }
        if (changed(ending, wasToStartClean)) continue
        const { readyFor } = ending
        const isStable = readyFor !== undefined && readyFor >= settings.stableAfter
        if (readyFor !== undefined) count = 0
        if (isStable) schedule = undefined
        const { again, error } = retry.judge(ending)
        const next = endpoints.failed(error)
        // Where a host is at fault, the next one may still be good.
        const isOfHost = error._tag === "ConnectError" && error.reason === "Transport"
        worthwhile ||= again || next === "Redirected"
        const isFirst = epoch === 0 && failFast
        const isOver = next === "RoundOver"
          ? isFirst || !worthwhile
          : next === "Next" && !isOfHost && !(isFirst ? error.retryable : again)
        if (isOver) {
          yield* giveUp(error)
          break
        }
        yield* setStatus({ _tag: "Disconnected", error })
        if (next === "Redirected") {
          yield* Effect.logInfo("MQTT server sends this client elsewhere", error.message).pipe(
            Effect.annotateLogs({ package: "connection", clientId })
          )
        }
        yield* Effect.logDebug("MQTT disconnected", error.message).pipe(Effect.annotateLogs({ clientId, epoch }))
        // A server that lets us in only to send us away is approached as slowly as one that hangs up.
        if (next === "Next" || (next === "Redirected" && (readyFor === undefined || isStable))) continue
        worthwhile = false
        const failed = toConnectError(error, { reason: "ConnectRefused", retryable: true })
        schedule ??= yield* Schedule.driver(reconnect)
        if (!(yield* delay.wait(schedule, failed))) {
          yield* giveUp(error)
          break
        }
      }
    })

    // A defect in an Effect or a Schedule of the options must not leave anybody waiting, nor must one that
    // interrupts itself, such as by joining a fiber that was interrupted.
    const broken = (cause: Cause.Cause<never>) => {
      if (closing) return Effect.void
      if (!Cause.isInterruptedOnly(cause)) {
        connected.settle(Exit.failCause(cause))
        failure.settle(Exit.failCause(cause))
      }
      return giveUp(new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: Cause.squash(cause) }))
    }

    /** A session that cannot be kept any more ends the client. */
    const driveDurably = engine.committer === undefined
      ? drive
      : Effect.raceFirst(drive, Effect.catchAll(engine.committer.run, giveUp))

    /**
     * No child of the fiber that makes the client, which it would keep in memory; nor with its mask: a client may be made
     * where nothing is interruptible.
     */
    const start = Effect.flatMap(Effect.runtime<never>(), (runtime) => {
      const driving = Effect.interruptible(Effect.catchAllCause(driveDurably, broken))
      const started = Runtime.runFork(runtime, driving, { immediate: false })
      return Effect.as(Scope.addFinalizer(scope, Fiber.interrupt(started)), started)
    })
    const fiber = yield* Effect.uninterruptible(start)

    // A session that was only kept for a quick return is not left behind.
    const sessionExpiry = options.sessionExpiry === undefined && !isDurable ? 0 : undefined

    const disconnect = (how: DisconnectOptions = {}) => Effect.zipRight(goodbye.check(how), disconnecting(how))

    const disconnecting = (how: DisconnectOptions) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function*() {
          if (closing) return yield* restore(closed)
          closing = true
          // Who is interrupted while closing still closes, but waits for nothing that is in flight any more.
          yield* Effect.exit(restore(engine.drain(how.drain)))
          if (session.isReady()) {
            pump.pass(() => goodbye.say(session, how, sessionExpiry))
            yield* Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), goodbyeTimeout)
          }
          yield* Fiber.interrupt(fiber)
          engine.dispose(closedError)
          notify({ _tag: "Over", error: undefined })
          consumer.endAll(closedBy(closedError), "end")
          if (engine.committer !== undefined) yield* engine.committer.finish
          connected.settle(Exit.fail(closedError))
          // A client that has given up stays `Failed`: its status has ended.
          yield* lastStatus({ _tag: "Closed" })
          closed.settle(Exit.void)
        })
      )

    yield* Scope.addFinalizerExit(scope, (exit) => disconnect(goodbye.ofExit(exit)))

    const replaced = (before: number) =>
      status.changes.pipe(
        Stream.takeUntil((now) =>
          (now._tag === "Connected" && now.epoch > before) || now._tag === "Failed" || now._tag === "Closed"
        ),
        Stream.runDrain
      )

    return {
      connected,
      status,
      failure,
      reconnect: Effect.suspend(() => {
        if (closing) return Effect.void
        const before = epoch
        if (session.isReady()) {
          replacing = true
          pump.pass(() => session.disconnect(0))
        } else delay.end()
        return replaced(before)
      }),
      disconnect
    }
  })
