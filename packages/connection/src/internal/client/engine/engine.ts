/**
 * A session with its pump, and the operations on them that `MqttConnection` and `MqttClient` share.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import type * as MetricLabel from "effect/MetricLabel"
import type * as Scope from "effect/Scope"
import type { Mechanism } from "../../../Authentication.ts"
import type { Message, PublishOptions, PublishResult } from "../../../Message.ts"
import type { AuthError } from "../../../MqttError.ts"
import { ConnectError, PublishError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Pending, Session } from "../../../Session.ts"
import * as sessions from "../../../Session.ts"
import type { StoredSession } from "../../../SessionStore.ts"
import type { LinkError } from "../link/linkFailed.ts"
import type { Hooks } from "../link/pump.ts"
import { Pump } from "../link/pump.ts"
import { Meter } from "../observing/meter.ts"
import type { Notices, Notify } from "../observing/notices.ts"
import { make as makeNotices } from "../observing/notices.ts"
import type { OnPacket } from "../observing/packetLog.ts"
import { make as makePacketLog } from "../observing/packetLog.ts"
import { Warnings } from "../observing/warnings.ts"
import { Authenticator } from "./authenticator.ts"
import type { Committer } from "./durability.ts"
import { makeCommitter } from "./durability.ts"
import type { Outgoing } from "./outgoing.ts"
import { aged, toOutgoing } from "./outgoing.ts"
import { PayloadSlab } from "./payloadSlab.ts"
import type { Settings } from "./settings.ts"

/** What consumers need of a pump. */
export type Intake = Pick<Pump, "now" | "pass" | "passOfMany" | "mustRead" | "wakeReader">

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
  /** What the last server that has let us in has agreed to. */
  readonly negotiated: () => Negotiated | undefined
  /** Where what is published has its payload. */
  readonly payloads: PayloadSlab
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
  readonly setAwaitsMessage: (isAwaited: () => boolean) => void
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
    const labels = yield* FiberRef.get(FiberRef.currentMetricLabels)
    const onPacket = yield* makePacketLog
    return new ClientEngine(settings, mechanism, makeConsumer, stored, { clock, labels, onPacket })
  })

/** What the fiber that makes a client has around it. */
interface Surroundings {
  readonly clock: Clock.Clock
  readonly labels: ReadonlyArray<MetricLabel.MetricLabel>
  readonly onPacket: OnPacket | undefined
}

class ClientEngine<C extends Consumer> implements Engine<C>, Hooks {
  readonly consumer: C
  readonly session: Session
  readonly pump: Pump
  readonly notices: Notices = makeNotices()
  readonly payloads = new PayloadSlab()
  readonly authenticator: Authenticator
  readonly committer: Committer | undefined
  readonly #settings: Settings
  readonly #meter: Meter
  readonly #warnings: Warnings
  #negotiated: Negotiated | undefined = undefined
  #stopped: LinkError | undefined = undefined
  #onPass: (() => void) | undefined = undefined
  #isAwaited: (() => boolean) | undefined = undefined

  constructor(
    settings: Settings,
    mechanism: Mechanism | undefined,
    makeConsumer: MakeConsumer<C>,
    stored: StoredSession | undefined,
    { clock, labels, onPacket }: Surroundings
  ) {
    const { notify } = this.notices
    this.#settings = settings
    this.session = sessions.make({
      // One by one: what a spread makes of so many has a hidden class of its own, which takes 2 kB.
      inFlight: settings.inFlight,
      queueMessages: settings.queueMessages,
      queueBytes: settings.queueBytes,
      queueOverflow: settings.queueOverflow,
      queueRetention: settings.queueRetention,
      gatePublishes: settings.gatePublishes,
      receiveMaximum: settings.receiveMaximum,
      readAheadBytes: settings.readAheadBytes,
      maxPacketBytes: settings.maxPacketBytes,
      connAckTimeout: settings.connAckTimeout,
      acknowledgementTimeout: settings.acknowledgementTimeout,
      pingLead: settings.pingLead,
      maxTopicAliases: settings.maxTopicAliases,
      records: stored?.records,
      onUnattended: (error) => notify({ _tag: "Unattended", error }),
      onPacket,
      onPing: (millis) => notify(millis === undefined ? { _tag: "PingSent" } : { _tag: "PingAnswered", millis }),
      onConnected: (negotiated) => {
        this.#negotiated = negotiated
        this.pump.connected(negotiated)
        this.consumer.onConnected(negotiated)
        notify({ _tag: "Connected", negotiated })
      },
      onMessage: (message, pending) => this.consumer.onMessage(message, pending),
      onAuthenticate: (step) => this.authenticator.onStep(step)
    })
    this.pump = new Pump(this.session, clock, settings.acknowledgementTimeout, this)
    this.committer = stored === undefined ? undefined : makeCommitter(this.session, this.pump, stored)
    this.authenticator = new Authenticator(this, settings.connAckTimeout, mechanism)
    this.#meter = new Meter(this.session, labels)
    this.#warnings = new Warnings(this.pump.now)
    this.notices.listen((notice) => this.#warnings.add(notice))
    this.consumer = makeConsumer(this.session, this.pump, () => this.#stopped !== undefined, notify)
  }

  readonly outputAdded = (): void => {
    this.pump.outputAdded()
    // Without a link nothing else looks at what waits.
    if (!this.session.isReady()) this.#meter.update()
    this.committer?.ring()
  }

  readonly publish: Engine<C>["publish"] = (topic, payload, options) =>
    Effect.suspend(() => {
      const isImmediate = this.pump.isWritable()
      const message = toOutgoing(topic, payload, options, this.payloads, isImmediate)
      return isImmediate ? this.#submit(message) : this.#whenWritable(message)
    })

  negotiated(): Negotiated | undefined {
    return this.#negotiated
  }

  readonly stopped = (): LinkError | undefined => this.#stopped

  get ping(): Engine<C>["ping"] {
    return Effect.suspend(() => {
      const stopped = this.#stopped
      if (stopped !== undefined) return stopped._tag === "ConnectError" ? stopped : closedBy(stopped)
      if (!this.session.isReady()) return new ConnectError({ reason: "Transport", retryable: true })
      return Effect.async<Duration.Duration, ConnectError>((resume) => {
        this.pump.pass((now) =>
          this.session.ping(now, (roundTrip) =>
            resume(
              roundTrip === undefined
                ? Effect.fail(new ConnectError({ reason: "Transport", retryable: true }))
                : Effect.succeed(Duration.millis(roundTrip))
            ))
        )
      })
    })
  }

  awaitsMessage(): boolean {
    return this.#isAwaited?.() === true
  }

  setAwaitsMessage(isAwaited: () => boolean): void {
    this.#isAwaited = isAwaited
  }

  drain(limit: Duration.DurationInput = this.#settings.drainTimeout): Effect.Effect<void> {
    return Effect.withFiberRuntime<void>((caller) => {
      this.#stopped ??= closedError
      // A handler that closes the client cannot be waited for: it waits itself.
      const isOver = () => !this.session.isReady() || (this.session.isIdle() && !this.consumer.isBusy(caller.id()))
      if (isOver()) return Effect.void
      const idle = Effect.async<void>((resume) => {
        this.#onPass = () => isOver() && resume(Effect.void)
      })
      return Effect.asVoid(Effect.timeoutOption(Effect.interruptible(idle), limit))
    }).pipe(Effect.ensuring(Effect.sync(() => this.#onPass = undefined)))
  }

  dispose(cause: LinkError): void {
    this.#stopped ??= cause
    this.session.dispose(cause)
    this.#meter.update()
  }

  afterPass(): void {
    this.consumer.flush()
    this.#onPass?.()
    this.#meter.update()
    this.committer?.ring()
  }

  afterWrite(): void {
    this.#onPass?.()
    this.#meter.update()
    this.committer?.ring()
  }

  afterFlush(): void {
    this.committer?.ring()
  }

  mustPause(): boolean {
    return this.consumer.mustPause()
  }

  deadline(): number {
    return this.consumer.deadline()
  }

  tick(now: number): void {
    this.consumer.tick(now)
  }

  takeReport(): Effect.Effect<void> | undefined {
    return this.#warnings.take()
  }

  /** A full output makes the publisher wait before its message is taken, which bounds the output. */
  #whenWritable(message: Outgoing, since = this.pump.now()): Effect.Effect<PublishResult, PublishError> {
    return Effect.flatMap(this.pump.writable, () => {
      if (!this.pump.isWritable()) return this.#whenWritable(message, since)
      const left = aged(message, this.pump.now() - since)
      return left === undefined ? new PublishError({ reason: "Expired", topic: message.topic }) : this.#submit(left)
    })
  }

  /** Completes without waiting if the session settles at once. */
  #submit(message: Outgoing): Effect.Effect<PublishResult, PublishError> {
    const stopped = this.#stopped
    if (stopped !== undefined) return new PublishError({ reason: "Closed", topic: message.topic, cause: stopped })
    let settled: Either.Either<PublishResult, PublishError> | undefined
    let resume: ((result: Either.Either<PublishResult, PublishError>) => void) | undefined
    const publication = this.session.publish(this.pump.publishTime(), message, (result) => {
      settled = result
      resume?.(result)
    })
    this.outputAdded()
    return settled ?? Effect.async<PublishResult, PublishError>((resumeFiber) => {
      if (settled !== undefined) return resumeFiber(settled)
      resume = resumeFiber
      // What is written already stays with the session; a canceller would double the cost of the wait.
      return publication.isQueued ? Effect.sync(() => publication.abandon(this.pump.now())) : undefined
    })
  }
}
