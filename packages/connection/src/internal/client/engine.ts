/**
 * A session with its pump, and the operations on them that `MqttConnection` and `MqttClient` share.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"
import type { Mechanism } from "../../Authentication.ts"
import type { Message, PublishOptions, PublishResult } from "../../Message.ts"
import type { AuthError } from "../../MqttError.ts"
import { ConnectError, PublishError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Pending, Session } from "../../Session.ts"
import * as sessions from "../../Session.ts"
import type { StoredSession } from "../../SessionStore.ts"
import type { Authenticator } from "./authenticator.ts"
import * as authenticators from "./authenticator.ts"
import type { Committer } from "./durability.ts"
import { makeCommitter } from "./durability.ts"
import type { LinkError } from "./linkFailed.ts"
import { make as makeMeter } from "./meter.ts"
import type { Notices, Notify } from "./notices.ts"
import { make as makeNotices } from "./notices.ts"
import type { Outgoing } from "./outgoing.ts"
import { toOutgoing } from "./outgoing.ts"
import { make as makePacketLog } from "./packetLog.ts"
import { Pump } from "./pump.ts"
import type { Settings } from "./settings.ts"
import { make as makeWarnings } from "./warnings.ts"

/** What consumers need of a pump. */
export type Intake = Pick<Pump, "now" | "pass" | "mustRead" | "wakeReader">

export interface Consumer {
  readonly onConnected: (negotiated: Negotiated) => void
  readonly onMessage: (message: Message, pending: Pending | undefined) => void
  /** Wakes whoever got messages in this pass. */
  readonly flush: () => void
  readonly mustPause: () => boolean
  readonly deadline: () => number
  readonly tick: (now: number) => void
  /** Whether somebody works on messages that are not acknowledged; `except` is not waited for. */
  readonly isBusy: (except: FiberId.FiberId) => boolean
}

/** Makes the consumer; `isClosing` says that new operations are refused. */
export type MakeConsumer<C> = (session: Session, pump: Intake, isClosing: () => boolean, notify: Notify) => C

export interface Engine<C extends Consumer> {
  readonly consumer: C
  readonly session: Session
  readonly pump: Pump
  readonly notices: Notices
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: PublishOptions
  ) => Effect.Effect<PublishResult, PublishError>
  /** To be called after publishing outside of a pass. */
  readonly outputAdded: () => void
  readonly ping: Effect.Effect<Duration.Duration, ConnectError>
  readonly authenticator: Authenticator
  /** Says from now on whether somebody waits for a message as for an answer: then reading goes on. */
  readonly awaitsMessage: (isAwaited: () => boolean) => void
  /** Commits what the session asks for; absent while it is kept in memory. */
  readonly committer: Committer | undefined
  /** Whether new operations are refused, and why. */
  readonly stopped: () => LinkError | undefined
  /** Refuses new operations from now on and waits for those in flight, up to the drain time if not told otherwise. */
  readonly drain: (limit?: Duration.DurationInput) => Effect.Effect<void>
  /** Fails whatever still waits. */
  readonly dispose: (cause: LinkError) => void
}

const closedBy = (cause: AuthError) => new ConnectError({ reason: "Closed", retryable: false, cause })

export const closedError = new ConnectError({ reason: "Closed", retryable: false })

export const make = <C extends Consumer>(
  settings: Settings,
  mechanism: Mechanism | undefined,
  makeConsumer: MakeConsumer<C>,
  stored?: StoredSession
): Effect.Effect<Engine<C>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    let stopped: LinkError | undefined
    let onPass: (() => void) | undefined
    let isAwaited = () => false

    const onPacket = yield* makePacketLog
    const session = sessions.make({
      ...settings,
      records: stored?.records,
      onUnattended: (error) => notices.notify({ _tag: "Unattended", error }),
      onPacket,
      onPing: (millis) =>
        notices.notify(millis === undefined ? { _tag: "PingSent" } : { _tag: "PingAnswered", millis }),
      onConnected: (negotiated) => {
        pump.connected(negotiated)
        consumer.onConnected(negotiated)
        notices.notify({ _tag: "Connected", negotiated })
      },
      onMessage: (message, pending) => consumer.onMessage(message, pending),
      onAuthenticate: (step) => authenticator.onStep(step)
    })
    const pump = new Pump(session, clock, settings.acknowledgementTimeout, {
      afterPass: () => {
        consumer.flush()
        onPass?.()
        meter.update()
        committer?.ring()
      },
      afterWrite: () => meter.update(),
      mustPause: () => consumer.mustPause(),
      awaitsMessage: () => isAwaited(),
      deadline: () => consumer.deadline(),
      tick: (now) => consumer.tick(now),
      takeReport: () => warnings.take()
    })
    const committer = stored === undefined ? undefined : makeCommitter(session, pump, stored)
    const authenticator = authenticators.make(session, pump, mechanism)
    const notices = makeNotices()
    const meter = yield* makeMeter(session)
    const warnings = makeWarnings(pump.now)
    notices.listen(warnings.listener)
    const consumer = makeConsumer(session, pump, () => stopped !== undefined, notices.notify)

    const outputAdded = () => {
      pump.outputAdded()
      // Without a link nothing else looks at what waits.
      if (!session.isReady()) meter.update()
      committer?.ring()
    }

    const publish: Engine<C>["publish"] = (topic, payload, options) =>
      Effect.suspend(() => {
        const isImmediate = pump.isWritable()
        const message = toOutgoing(topic, payload, options, settings.protocolVersion, isImmediate)
        return isImmediate ? submit(message) : whenWritable(message)
      })

    /** A full output makes the publisher wait before its message is taken, which bounds the output. */
    const whenWritable = (message: Outgoing): Effect.Effect<PublishResult, PublishError> =>
      Effect.flatMap(pump.writable, () => pump.isWritable() ? submit(message) : whenWritable(message))

    /** Completes without waiting if the session settles at once. */
    const submit = (message: Outgoing): Effect.Effect<PublishResult, PublishError> => {
      if (stopped !== undefined) return new PublishError({ reason: "Closed", topic: message.topic, cause: stopped })
      let settled: Either.Either<PublishResult, PublishError> | undefined
      let resume: ((result: Either.Either<PublishResult, PublishError>) => void) | undefined
      const publication = session.publish(pump.publishTime(), message, (result) => {
        settled = result
        resume?.(result)
      })
      outputAdded()
      return settled ?? Effect.async<PublishResult, PublishError>((resumeFiber) => {
        if (settled !== undefined) return resumeFiber(settled)
        resume = resumeFiber
        // What is written already stays with the session; a canceller would double the cost of the wait.
        return publication.isQueued ? Effect.sync(() => publication.abandon(pump.now())) : undefined
      })
    }

    const ping: Engine<C>["ping"] = Effect.suspend(() => {
      if (stopped !== undefined) return stopped._tag === "ConnectError" ? stopped : closedBy(stopped)
      if (!session.isReady()) return new ConnectError({ reason: "Transport", retryable: true })
      return Effect.async<Duration.Duration, ConnectError>((resume) => {
        pump.pass((now) =>
          session.ping(now, (roundTrip) =>
            resume(
              roundTrip === undefined
                ? Effect.fail(new ConnectError({ reason: "Transport", retryable: true }))
                : Effect.succeed(Duration.millis(roundTrip))
            ))
        )
      })
    })

    const drain: Engine<C>["drain"] = (limit = settings.drainTimeout) =>
      Effect.gen(function*() {
        stopped ??= closedError
        // A handler that closes the client cannot be waited for: it waits itself.
        const caller = yield* Effect.fiberId
        const isOver = () => !session.isReady() || (session.isIdle() && !consumer.isBusy(caller))
        if (isOver()) return
        const idle = yield* Deferred.make<void>()
        onPass = () => isOver() && Deferred.unsafeDone(idle, Effect.void)
        yield* Effect.timeoutOption(Effect.interruptible(Deferred.await(idle)), limit)
      }).pipe(Effect.ensuring(Effect.sync(() => onPass = undefined)))

    const dispose = (cause: LinkError) => {
      stopped ??= cause
      session.dispose(cause)
      meter.update()
    }

    return {
      session,
      pump,
      notices,
      publish,
      outputAdded,
      ping,
      authenticator,
      stopped: () => stopped,
      awaitsMessage: (next) => {
        isAwaited = next
      },
      committer,
      drain,
      dispose,
      consumer
    }
  })
