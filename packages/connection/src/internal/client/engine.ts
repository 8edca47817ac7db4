/**
 * A session with its pump, and the operations on them that `MqttConnection` and `MqttClient` share.
 */
import type { Packet } from "@effect-mqtt/codec"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type { DisconnectOptions } from "../../ConnectionOptions.ts"
import type { Message, PublishOptions, PublishResult } from "../../Message.ts"
import type { AuthError } from "../../MqttError.ts"
import { ConnectError, PublishError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Pending, Session } from "../../Session.ts"
import * as sessions from "../../Session.ts"
import type { Notices, Notify } from "./notices.ts"
import { make as makeNotices } from "./notices.ts"
import { toBytes } from "./payload.ts"
import type { LinkError, Pump } from "./pump.ts"
import * as pumps from "./pump.ts"
import type { Settings } from "./settings.ts"
import { make as makeWarnings } from "./warnings.ts"

export interface Consumer {
  readonly onConnected: (negotiated: Negotiated) => void
  readonly onMessage: (message: Message, pending: Pending | undefined) => void
  /** Wakes whoever got messages in this pass. */
  readonly flush: () => void
  readonly mustPause: () => boolean
  readonly deadline: () => number
  readonly tick: (now: number) => void
  readonly linkLost: () => void
}

/** Makes the consumer; `isClosing` says that new operations are refused. */
export type MakeConsumer<C> = (session: Session, pump: Pump, isClosing: () => boolean, notify: Notify) => C

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
  readonly ping: Effect.Effect<Duration.Duration, ConnectError>
  /** Whether new operations are refused, and why. */
  readonly stopped: () => LinkError | undefined
  /** Refuses new operations from now on and waits, up to the drain time, for those in flight. */
  readonly drain: Effect.Effect<void>
  /** Fails whatever still waits. */
  readonly dispose: (cause: LinkError) => void
}

const closedBy = (cause: AuthError) => new ConnectError({ reason: "Closed", retryable: false, cause })

/** The reason code of a DISCONNECT: normal, or with will [5 §3.14.2.1]. */
export const reasonOfGoodbye = (options: DisconnectOptions | undefined): number => options?.withWill === true ? 0x04 : 0

export const closedError = new ConnectError({ reason: "Closed", retryable: false })

export const make = <C extends Consumer>(
  settings: Settings,
  makeConsumer: MakeConsumer<C>
): Effect.Effect<Engine<C>> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    let stopped: LinkError | undefined
    let onIdle: (() => void) | undefined

    const session = sessions.make({
      ...settings,
      onConnected: (negotiated) => {
        pump.connected(negotiated)
        consumer.onConnected(negotiated)
      },
      onMessage: (message, pending) => consumer.onMessage(message, pending)
    })
    const pump = pumps.make(session, clock, settings.acknowledgementTimeout, {
      afterPass: () => {
        consumer.flush()
        if (session.isIdle() || !session.isReady()) onIdle?.()
      },
      mustPause: () => consumer.mustPause(),
      deadline: () => consumer.deadline(),
      tick: (now) => consumer.tick(now),
      linkLost: () => consumer.linkLost(),
      takeReport: () => warnings.take()
    })
    const notices = makeNotices()
    const warnings = makeWarnings(pump.now)
    notices.listen(warnings.listener)
    const consumer = makeConsumer(session, pump, () => stopped !== undefined, notices.notify)

    const publish: Engine<C>["publish"] = (topic, payload, options) =>
      Effect.suspend(() => whenWritable(toOutgoing(topic, payload, options, settings)))

    /** A full output makes the publisher wait before its message is taken, which bounds the output. */
    const whenWritable = (message: Outgoing): Effect.Effect<PublishResult, PublishError> =>
      pump.isWritable() ? submit(message) : Effect.flatMap(pump.writable, () => whenWritable(message))

    const submit = (message: Outgoing): Effect.Effect<PublishResult, PublishError> =>
      Effect.suspend(() => {
        if (stopped !== undefined) return new PublishError({ reason: "Closed", topic: message.topic, cause: stopped })
        let settled: Either.Either<PublishResult, PublishError> | undefined
        let resume: ((result: Either.Either<PublishResult, PublishError>) => void) | undefined
        const cancel = pump.pass((now) =>
          session.publish(now, message, (result) => {
            settled = result
            resume?.(result)
          })
        )
        if (settled === undefined) {
          return Effect.async<PublishResult, PublishError>((resumeFiber) => {
            if (settled !== undefined) return resumeFiber(settled)
            resume = resumeFiber
            return Effect.sync(cancel)
          })
        }
        return settled
      })

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

    const drain = Effect.gen(function*() {
      stopped ??= closedError
      if (session.isIdle() || !session.isReady()) return
      const idle = yield* Deferred.make<void>()
      onIdle = () => Deferred.unsafeDone(idle, Effect.void)
      yield* Effect.timeoutOption(Effect.interruptible(Deferred.await(idle)), settings.drainTimeout)
      onIdle = undefined
    })

    const dispose = (cause: LinkError) => {
      stopped ??= cause
      session.dispose(cause)
    }

    return { session, pump, notices, publish, ping, stopped: () => stopped, drain, dispose, consumer }
  })

type Outgoing = Omit<Packet.Publish, "packetId" | "dup">

const toOutgoing = (
  topic: string,
  payload: string | Uint8Array,
  options: PublishOptions | undefined,
  settings: Settings
): Outgoing => ({
  _tag: "Publish",
  topic,
  payload: toBytes(payload),
  qos: options?.qos ?? 0,
  retain: options?.retain ?? false,
  ...(settings.protocolVersion === 5 || options?.properties !== undefined
    ? { properties: options?.properties ?? {} }
    : {})
})
