/**
 * A session with its pump, and the operations on them that `MqttConnection` and `MqttClient` share.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import type * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { Mechanism } from "../../../Authentication.ts"
import type { Message, PublishResult } from "../../../Message.ts"
import type { AuthError } from "../../../MqttError.ts"
import { ConnectError, PublishError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { AuthenticationStep, Pending, Session } from "../../../Session.ts"
import type { Owner } from "../../session/contract.ts"
import { makeFor } from "../../session/machine.ts"
import { atMost } from "../../timeLimit.ts"
import type { LinkError } from "../link/linkFailed.ts"
import type { Hooks } from "../link/pump.ts"
import { Pump } from "../link/pump.ts"
import { Meter } from "../observing/meter.ts"
import type { Notify } from "../observing/notices.ts"
import { Notices } from "../observing/notices.ts"
import type { OnPacket } from "../observing/packetLog.ts"
import { make as makePacketLog } from "../observing/packetLog.ts"
import { Warnings } from "../observing/warnings.ts"
import type { Publish } from "../publish.ts"
import { Authenticator } from "./authenticator.ts"
import type { Committer, DurableSession } from "./durability.ts"
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
  readonly publish: Publish
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

export const closedHere = () => new ConnectError({ reason: "Closed", retryable: false })

/** The runtime is that of the fiber that makes the client: its clock, its metric labels and its log level count. */
export const make = <C extends Consumer>(
  runtime: Runtime.Runtime<never>,
  settings: Settings,
  mechanism: Mechanism | undefined,
  makeConsumer: MakeConsumer<C>,
  durable?: DurableSession
): Effect.Effect<Engine<C>, never, Scope.Scope> =>
  Effect.map(
    makePacketLog(runtime),
    (onPacket) => new ClientEngine(runtime, settings, mechanism, makeConsumer, durable, onPacket)
  )

class ClientEngine<C extends Consumer> implements Engine<C>, Hooks, Owner {
  readonly consumer: C
  readonly session: Session
  readonly pump: Pump
  readonly notices = new Notices()
  readonly payloads = new PayloadSlab()
  readonly committer: Committer | undefined
  readonly onPacket: OnPacket | undefined
  readonly #mechanism: Mechanism | undefined
  readonly #settings: Settings
  readonly #meter: Meter
  readonly #warnings: Warnings
  #authenticator: Authenticator | undefined = undefined
  #negotiated: Negotiated | undefined = undefined
  #stopped: LinkError | undefined = undefined
  #onPass: (() => void) | undefined = undefined
  #isAwaited: (() => boolean) | undefined = undefined

  constructor(
    runtime: Runtime.Runtime<never>,
    settings: Settings,
    mechanism: Mechanism | undefined,
    makeConsumer: MakeConsumer<C>,
    durable: DurableSession | undefined,
    onPacket: OnPacket | undefined
  ) {
    this.#settings = settings
    this.#mechanism = mechanism
    this.onPacket = onPacket
    this.session = makeFor(settings, this, durable?.makeDurable)
    this.pump = new Pump(this.session, runtime, settings.acknowledgementTimeout, this)
    this.committer = durable?.makeCommitter(this.session, this.pump)
    this.#meter = new Meter(this.session, FiberRefs.getOrDefault(runtime.fiberRefs, FiberRef.currentMetricLabels))
    this.#warnings = new Warnings(this.pump)
    this.notices.listen(this.#warnings)
    this.consumer = makeConsumer(this.session, this.pump, () => this.#stopped !== undefined, this.notices.notify)
  }

  /** Made for who authenticates in steps. */
  get authenticator(): Authenticator {
    return this.#authenticator ??= new Authenticator(this, this.#settings.connAckTimeout, this.#mechanism)
  }

  onUnattended(error: PublishError): void {
    this.notices.notify({ _tag: "Unattended", error })
  }

  onPing(millis: number | undefined): void {
    this.notices.notify(millis === undefined ? { _tag: "PingSent" } : { _tag: "PingAnswered", millis })
  }

  onConnected(negotiated: Negotiated): void {
    this.#negotiated = negotiated
    this.pump.connected(negotiated)
    this.consumer.onConnected(negotiated)
    this.notices.notify({ _tag: "Connected", negotiated })
  }

  goesOn(): boolean {
    return this.#stopped === undefined && this.#settings.cleanStart !== true
  }

  onMessage(message: Message, pending: Pending | undefined): void {
    this.consumer.onMessage(message, pending)
  }

  onAuthenticate(step: AuthenticationStep): void {
    this.authenticator.onStep(step)
  }

  readonly outputAdded = (): void => {
    this.pump.outputAdded()
    // Without a link nothing else looks at what waits.
    if (!this.session.isReady()) this.#meter.update()
    this.committer?.ring()
  }

  readonly publish: Publish = (topic, payload, options) =>
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
      if (this.#stopped !== undefined || !this.session.isReady()) return this.#withoutLink()
      return Effect.async<Duration.Duration, ConnectError>((resume) => {
        this.pump.pass((now) =>
          this.session.ping(
            now,
            (roundTrip) =>
              resume(roundTrip === undefined ? this.#withoutLink() : Effect.succeed(Duration.millis(roundTrip)))
          )
        )
      })
    })
  }

  #withoutLink(): ConnectError {
    const stopped = this.#stopped
    if (stopped === undefined) return new ConnectError({ reason: "Transport", retryable: true })
    return stopped._tag === "ConnectError" ? stopped : closedBy(stopped)
  }

  awaitsMessage(): boolean {
    return this.#isAwaited?.() === true
  }

  setAwaitsMessage(isAwaited: () => boolean): void {
    this.#isAwaited = isAwaited
  }

  drain(limit: Duration.DurationInput = this.#settings.drainTimeout): Effect.Effect<void> {
    return Effect.withFiberRuntime<void>((caller) => {
      this.#stopped ??= closedHere()
      // A handler that closes the client cannot be waited for: it waits itself.
      const isOver = () => !this.session.isReady() || (this.session.isIdle() && !this.consumer.isBusy(caller.id()))
      if (isOver()) return Effect.void
      const idle = Effect.async<void>((resume) => {
        this.#onPass = () => isOver() && resume(Effect.void)
      })
      return atMost(Duration.toMillis(limit))(idle)
    }).pipe(Effect.ensuring(Effect.sync(() => this.#onPass = undefined)))
  }

  dispose(cause: LinkError): void {
    this.#stopped ??= cause
    this.session.dispose(cause)
    this.outputAdded()
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
