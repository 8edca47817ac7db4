/**
 * Drives a session over one wire. What comes is received in the turn in which it arrives; what a pass of the session
 * produced leaves in one write, whoever caused it. A write has a fiber while it has to wait; nothing runs per packet.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import { TransportError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { Session } from "../../../Session.ts"
import type { Wire } from "../../../Wire.ts"
import { clockOf } from "../../timeLimit.ts"
import type { AlarmOwner } from "./alarm.ts"
import { Alarm } from "./alarm.ts"
import * as foreignPeer from "./foreignPeer.ts"
import type { LinkError } from "./linkFailed.ts"
import { isAbrupt, linkFailed } from "./linkFailed.ts"
import type { ReceiverOwner } from "./receiver.ts"
import type { LinkOwner } from "./wireLink.ts"
import { WireLink } from "./wireLink.ts"
import type { WriterOwner } from "./writer.ts"

export interface Hooks {
  /** Runs at the end of each pass: hands messages out. */
  readonly afterPass: () => void
  /** Output was taken, which may have been added outside of a pass. */
  readonly afterWrite: () => void
  /** What was written has left, and the session has gone on with what waited for that. */
  readonly afterFlush: () => void
  /** Consumers are full: do not read more. */
  readonly mustPause: () => boolean
  /** Somebody waits for a message, which may lie behind unread bytes. */
  readonly awaitsMessage: () => boolean
  /** The next instant that needs a `tick`. */
  readonly deadline: () => number
  readonly tick: (now: number) => void
  /** Something that somebody should know of, once. */
  readonly takeReport: () => Effect.Effect<void> | undefined
}

/** Small enough to stay in the cache of the processor, large enough for hundreds of messages in a write. */
const highWaterBytes = 64 * 1024
/** Answers that the peer does not take, before nothing more is read that asks for others. */
const unsentAnswersBytes = 1024 * 1024
/** How long an answer has to wait, in milliseconds, for consumers that hold more than is read ahead. */
const answerPatience = 5000

/** For DISCONNECT to leave and the peer to end its side; after that the wire is destroyed. Milliseconds. */
export const goodbyeTimeout = 2000

export class Pump implements AlarmOwner, WriterOwner, ReceiverOwner {
  readonly #session: Session
  readonly #clock: Clock.Clock
  readonly #alarm: Alarm
  readonly #stallTimeout: number
  readonly #hooks: Hooks
  #link: WireLink | undefined = undefined
  #passTime = 0
  #waitingForRoom: Set<() => void> | undefined = undefined

  constructor(session: Session, runtime: Runtime.Runtime<never>, stallTimeout: number, hooks: Hooks) {
    this.#session = session
    this.#clock = clockOf(runtime)
    this.#alarm = new Alarm(this.#clock, Runtime.runFork(runtime), this)
    this.#stallTimeout = stallTimeout
    this.#hooks = hooks
  }

  now(): number {
    return this.#clock.unsafeCurrentTimeMillis()
  }

  /** Runs the session synchronously at the present instant, then wakes whoever has work. */
  pass<A>(run: (now: number) => A): A {
    this.#passTime = this.now()
    const result = run(this.#passTime)
    this.#hooks.afterPass()
    const link = this.#link
    if (link !== undefined) {
      const ended = this.#session.ended()
      if (ended !== undefined) this.#noticeEnd(link, ended)
      else if (this.#session.outputBytes() > 0) link.writer.schedule()
    }
    this.#lookAgain()
    return result
  }

  /**
   * The same for one of many things in a turn that hand no messages out: the first has a pass, and the write that it
   * scheduled looks at what the others have changed.
   */
  passOfMany<A>(run: () => A): A {
    return this.#link?.writer.isScheduled === true ? run() : this.pass(run)
  }

  /**
   * Whether reading cannot stop now: an answer, or room for a publisher, may lie behind unread bytes,
   * or the wire cannot be paused, and the bytes would only wait in another place.
   */
  mustRead(): boolean {
    return this.#link?.wire.canPause === false || this.#mayHoldAnswer()
  }

  /**
   * The instant for a publish. Those that leave in one write may have the same one: reading the clock
   * takes a tenth of the time of a message. What a lost link has left in the output does not leave.
   */
  publishTime(): number {
    const writer = this.#link?.writer
    if (writer === undefined || writer.writingSince !== undefined || this.#session.outputBytes() === 0) {
      this.#passTime = this.now()
    }
    return this.#passTime
  }

  /** Output was added outside of a pass: what else a pass looks at is looked at when it leaves, if anything does. */
  outputAdded(): void {
    const writer = this.#session.outputBytes() > 0 ? this.#link?.writer : undefined
    writer?.schedule()
    // The write may be stuck, with a peer that takes nothing until it is read.
    if (writer === undefined || writer.writingSince !== undefined) this.#lookAgain()
  }

  isWritable(): boolean {
    return !this.#session.isReady() || this.#session.outputBytes() < highWaterBytes
  }

  /** Waits until the bytes that wait for the wire are below the high-water mark, or the link is over. */
  get writable(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.isWritable()
        ? Effect.void
        : Effect.async<void>((resume) => {
          const wake = () => resume(Effect.void)
          this.#waitingForRoom ??= new Set()
          this.#waitingForRoom.add(wake)
          this.#lookAgain()
          return Effect.sync(() => this.#waitingForRoom?.delete(wake))
        })
    )
  }

  /** Reading may go on, or has to: looks again. */
  wakeReader(): void {
    this.#link?.receiver.wake()
  }

  /** To be called from the session's `onConnected`. */
  connected(negotiated: Negotiated): void {
    if (this.#link === undefined) return
    this.#link.justConnected = negotiated
    this.#link.receiver.wake()
  }

  /** Begins with CONNECT, which has to be answered by `due`. When its owner hears of the end, {@link stop} has to follow. */
  begin(wire: Wire, connect: Packet.Connect, due: number, runtime: Runtime.Runtime<never>, owner: LinkOwner): void {
    const link = new WireLink(wire, { session: this.#session, clock: this.#clock, runtime }, this, owner)
    this.#link = link
    this.pass((now) => this.#session.open(now, connect, due))
    link.receiver.start()
  }

  /** The link is over, and nothing of it goes on. */
  get stop(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const link = this.#link
      if (link === undefined) return Effect.void
      this.#link = undefined
      this.#alarm.stop()
      return Effect.zipRight(link.writer.stop(), link.receiver.stop())
    }).pipe(Effect.zipRight(Effect.sync(() => {
      this.pass((now) => this.#session.lost(now))
      this.#releaseWaiting()
    })))
  }

  onWake(): void {
    const link = this.#link
    const now = this.now()
    if (link === undefined) return this.pass((at) => this.#session.tick(at))
    if (Math.min(this.#session.deadline(), this.#hooks.deadline()) <= now) {
      this.pass((at) => {
        this.#session.tick(at)
        this.#hooks.tick(at)
      })
      const report = this.#hooks.takeReport()
      if (report !== undefined) link.fork(report)
      return
    }
    const ended = this.#session.ended()
    if (ended !== undefined && link.goodbyeDue <= now) return link.owner.over(Exit.fail(ended))
    // The session judges by what arrives; a peer that talks and never listens is found here.
    if (this.#stalledAt(link) <= now) return link.owner.over(Exit.fail(this.toError(stalled())))
    // The consumer that holds them may be the one that waits.
    if (this.#impatientAt(link) <= now) {
      link.heldBackSince = now
      return this.pass(() => this.#session.leaveRest())
    }
    this.#lookAgain()
  }

  onWrite(): void {
    const link = this.#link
    this.#hooks.afterWrite()
    if (link === undefined) return
    link.unsentAnswers = 0
    this.#lookAgain()
  }

  onWritten(): void {
    this.#hooks.afterFlush()
    this.#releaseWaiting()
    this.#wakeIfStopped()
  }

  over(ending: Exit.Exit<never, LinkError>): void {
    this.#link?.owner.over(ending)
  }

  toError(cause: TransportError): LinkError {
    return this.#session.ended() ?? linkFailed(cause)
  }

  receive(bytes: Uint8Array): void {
    const link = this.#link
    if (link === undefined) return
    if (!link.isAnswered) {
      link.isAnswered = true
      const foreign = foreignPeer.recognize(bytes)
      if (foreign !== undefined) return link.owner.over(Exit.fail(this.toError(foreign)))
    }
    const before = this.#session.outputBytes()
    this.pass((now) => this.#session.receive(now, bytes))
    link.unsentAnswers += this.#session.outputBytes() - before
  }

  wireEnded(cause: TransportError): void {
    const isAnswered = this.#link?.isAnswered === true
    this.over(Exit.fail(this.toError(isAnswered ? cause : foreignPeer.explainEnd(cause))))
  }

  nextWork(): Effect.Effect<void> | undefined {
    const link = this.#link
    const negotiated = link?.justConnected
    if (link === undefined || negotiated === undefined) return this.#hooks.takeReport()
    link.justConnected = undefined
    return link.owner.onReady(negotiated) ?? this.#hooks.takeReport()
  }

  /** Not reading stops the server only if the wire can be paused. */
  mustStop(): boolean {
    const unsent = this.#link?.unsentAnswers ?? 0
    return unsent > unsentAnswersBytes || this.#session.mustStop() ||
      ((this.#session.mustPause() || this.#hooks.mustPause()) && !this.mustRead())
  }

  onStopped(isStopped: boolean): void {
    this.pass((now) => this.#session.readingPaused(now, isStopped))
  }

  /** Those who are full have a turn before more comes that cannot wait. */
  mustYield(): boolean {
    return this.#hooks.mustPause()
  }

  #mayHoldAnswer(): boolean {
    return this.#session.awaitsAnswer() || (this.#waitingForRoom?.size ?? 0) > 0 || this.#hooks.awaitsMessage()
  }

  #stalledAt({ writer }: WireLink): number {
    return (writer.writingSince ?? Infinity) + this.#stallTimeout
  }

  #impatientAt({ heldBackSince }: WireLink): number {
    return (heldBackSince ?? Infinity) + answerPatience
  }

  /** Sets the alarm, and wakes the receiver if it has reason to go on. Without a link, only the queue waits for the time. */
  #lookAgain(): void {
    const link = this.#link
    if (link === undefined) {
      const due = this.#session.deadline()
      return due === Infinity ? this.#alarm.stop() : this.#alarm.by(due)
    }
    const isHeldBack = link.receiver.isStopped && this.#session.mustStop() && this.#mayHoldAnswer()
    link.heldBackSince = isHeldBack ? link.heldBackSince ?? this.now() : undefined
    this.#alarm.by(
      Math.min(
        this.#session.deadline(),
        this.#hooks.deadline(),
        this.#stalledAt(link),
        this.#impatientAt(link),
        link.goodbyeDue
      )
    )
    this.#wakeIfStopped()
  }

  #wakeIfStopped(): void {
    const receiver = this.#link?.receiver
    if (receiver?.isStopped === true && !this.mustStop()) receiver.wake()
  }

  /**
   * Bounds the end of a link: a write that the peer does not take must not keep what the session has
   * given up. An abrupt end is one at once; the others have a moment to flush and to shut down.
   */
  #noticeEnd(link: WireLink, ended: LinkError): void {
    if (isAbrupt(ended)) return link.owner.over(Exit.fail(ended))
    if (link.goodbyeDue === Infinity) link.goodbyeDue = this.#passTime + goodbyeTimeout
    link.writer.schedule()
  }

  #releaseWaiting(): void {
    const waiting = this.#waitingForRoom
    this.#waitingForRoom = undefined
    if (waiting !== undefined) { for (const resume of waiting) resume() }
  }
}

const stalled = () => new TransportError({ reason: "Write", cause: new Error("the peer takes no bytes") })
