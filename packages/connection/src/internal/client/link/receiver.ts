/**
 * Takes what comes over a wire in the turn in which it arrives, so that who waits for it wakes one fiber sooner. A wire
 * that can only be read has a fiber that reads one piece ahead.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Scheduler } from "effect/Scheduler"
import type { TransportError } from "../../../MqttError.ts"
import type { Wire } from "../../../Wire.ts"
import type { UnreadListener } from "../../transport/unread.ts"
import { Unread } from "../../transport/unread.ts"
import { Bell } from "../bell.ts"
import type { Fork } from "./alarm.ts"

export interface ReceiverOwner {
  readonly receive: (bytes: Uint8Array) => void
  /** The wire has ended, and everything that came over it was received. */
  readonly wireEnded: (cause: TransportError) => void
  /** What has to be done before anything else is received. */
  readonly nextWork: () => Effect.Effect<void> | undefined
  readonly mustStop: () => boolean
  /** Receiving stops on purpose, or goes on. */
  readonly onStopped: (isStopped: boolean) => void
  /** Whether others have to have a turn before more is received. */
  readonly mustYield: () => boolean
  /** A defect of this program, or of a wire. */
  readonly over: (ending: Exit.Exit<never>) => void
}

const interrupted = (fiber: Fiber.RuntimeFiber<void> | undefined): Effect.Effect<unknown> =>
  fiber === undefined ? Effect.void : Fiber.interrupt(fiber)

export class Receiver implements UnreadListener {
  readonly #owner: ReceiverOwner
  readonly #scheduler: Scheduler
  readonly #fork: Fork
  readonly #unread: Unread
  /** What a fiber has to do for a wire that can only be read. */
  #reading: Effect.Effect<void> | undefined = undefined
  #reader: Fiber.RuntimeFiber<void> | undefined = undefined
  #work: Fiber.RuntimeFiber<void> | undefined = undefined
  #isStopped = false
  #isScheduled = false
  #isOver = false

  constructor(wire: Wire, scheduler: Scheduler, fork: Fork, owner: ReceiverOwner) {
    this.#owner = owner
    this.#scheduler = scheduler
    this.#fork = fork
    this.#unread = wire.read instanceof Unread ? wire.read : this.#readAhead(wire)
  }

  /** Not before somebody hears of defects: the first read may be one. */
  start(): void {
    if (this.#reading !== undefined) this.#read(this.#reading)
    this.#unread.listen(this)
    this.#take()
  }

  onUnread(): void {
    if (!this.#isScheduled) this.#take()
  }

  /** Something may have changed that receiving depends on. Not in this turn: it may be in the middle of something. */
  wake(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#scheduler.scheduleTask(() => {
      this.#isScheduled = false
      this.#take()
    }, 0)
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  stop(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#isOver = true
      this.#unread.listen(undefined)
      return Effect.asVoid(Effect.zipRight(interrupted(this.#reader), interrupted(this.#work)))
    })
  }

  #take(): void {
    try {
      while (this.#takeNext());
    } catch (defect) {
      this.#owner.over(Exit.die(defect))
    }
  }

  /** Says whether there may be more to take in this turn. */
  #takeNext(): boolean {
    const owner = this.#owner
    if (this.#isOver || this.#work !== undefined) return false
    const work = owner.nextWork()
    if (work !== undefined) return this.#waitFor(work)
    const mustStop = owner.mustStop()
    if (mustStop !== this.#isStopped) {
      this.#isStopped = mustStop
      owner.onStopped(mustStop)
    }
    if (mustStop) return false
    const next = this.#unread.poll()
    if (next === undefined) return false
    if (!(next instanceof Uint8Array)) {
      owner.wireEnded(next)
      return false
    }
    owner.receive(next)
    if (!owner.mustYield()) return true
    this.wake()
    return false
  }

  #waitFor(work: Effect.Effect<void>): boolean {
    const fiber = this.#fork(work)
    this.#work = fiber
    fiber.addObserver((exit) => {
      this.#work = undefined
      if (this.#isOver) return
      if (Exit.isFailure(exit)) this.#owner.over(Exit.failCause(exit.cause))
      else this.wake()
    })
    return false
  }

  #readAhead(wire: Wire): Unread {
    const bell = new Bell()
    const unread = new Unread({ pause: () => {}, resume: () => bell.ring() }, 0)
    const taken: Effect.Effect<void> = Effect.suspend(() =>
      unread.bytes === 0 ? Effect.void : Effect.zipRight(bell.wait, taken)
    )
    const reading = Effect.forever(Effect.flatMap(wire.read, (bytes) => {
      if (bytes.length > 0) unread.push(bytes)
      return taken
    }))
    this.#reading = Effect.catchAll(reading, (reason) => Effect.sync(() => unread.end(reason)))
    return unread
  }

  #read(reading: Effect.Effect<void>): void {
    const fiber = this.#fork(reading)
    this.#reader = fiber
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit) && !this.#isOver) this.#owner.over(Exit.failCause(exit.cause))
    })
  }
}
