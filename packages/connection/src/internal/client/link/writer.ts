/** Takes the output of a session to its wire: one write at a time, and at last the end of this side. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Scheduler } from "effect/Scheduler"
import type { TransportError } from "../../../MqttError.ts"
import type { Session } from "../../../Session.ts"
import type { Wire } from "../../../Wire.ts"
import { DirectWire } from "../../transport/directWrite.ts"
import type { Fork } from "./alarm.ts"
import type { LinkError } from "./linkFailed.ts"

export interface WriterOwner {
  /** Output was taken, and may be written already. */
  readonly onWrite: () => void
  readonly onWritten: () => void
  /** A write has failed, or this side has ended. */
  readonly over: (ending: Exit.Exit<never, LinkError>) => void
  readonly toError: (cause: TransportError) => LinkError
}

export class Writer {
  readonly #session: Session
  readonly #wire: Wire
  readonly #clock: Clock.Clock
  readonly #scheduler: Scheduler
  readonly #fork: Fork
  readonly #owner: WriterOwner
  #fiber: Fiber.Fiber<unknown> | undefined = undefined
  #writingSince: number | undefined = undefined
  #isScheduled = false
  #isStopped = false

  constructor(
    session: Session,
    wire: Wire,
    clock: Clock.Clock,
    scheduler: Scheduler,
    fork: Fork,
    owner: WriterOwner
  ) {
    this.#session = session
    this.#wire = wire
    this.#clock = clock
    this.#scheduler = scheduler
    this.#fork = fork
    this.#owner = owner
  }

  /** Since when the wire is at work on what it was given last. */
  get writingSince(): number | undefined {
    return this.#writingSince
  }

  /** Whether what is added now leaves behind whoever runs now. */
  get isScheduled(): boolean {
    return this.#isScheduled
  }

  /** Writes behind whoever runs now, so that what several fibers have to say leaves together. */
  schedule(): void {
    if (this.#isScheduled || this.#fiber !== undefined) return
    this.#isScheduled = true
    this.#scheduler.scheduleTask(() => this.#guarded(() => this.#write()), 0)
  }

  stop(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#isStopped = true
      this.#writingSince = undefined
      return this.#fiber === undefined ? Effect.void : Fiber.interrupt(this.#fiber)
    })
  }

  /** A defect ends the link: thrown into the scheduler, it would stop every fiber of the program. */
  #guarded(run: () => void): void {
    try {
      run()
    } catch (defect) {
      this.#owner.over(Exit.die(defect))
    }
  }

  #hasWork(): boolean {
    return this.#session.outputBytes() > 0 || this.#session.ended() !== undefined
  }

  #write(): void {
    this.#isScheduled = false
    if (this.#isStopped || this.#fiber !== undefined) return
    if (this.#session.outputBytes() > 0) {
      this.#writingSince = this.#clock.unsafeCurrentTimeMillis()
      const pieces = this.#session.takeOutput()
      const waiting = DirectWire.is(this.#wire) ? this.#wire.writeNow(pieces) : this.#wire.write(pieces)
      if (waiting === undefined) this.#onWritten()
      else this.#start(Effect.mapError(waiting, (cause) => this.#owner.toError(cause)))
      return this.#owner.onWrite()
    }
    const ended = this.#session.ended()
    if (ended !== undefined) this.#start(Effect.zipRight(this.#wire.shutdown, Effect.fail(ended)))
  }

  #start(effect: Effect.Effect<void, LinkError>): void {
    // Effect logs the failure of a forked fiber as unhandled; this one is handled, so the fiber ends with its exit.
    const started = this.#fork(Effect.exit(effect))
    this.#fiber = started
    started.addObserver((ended) => {
      const exit = Exit.flatten(ended)
      this.#fiber = undefined
      if (Exit.isSuccess(exit)) return this.#guarded(() => this.#onWritten())
      this.#writingSince = undefined
      if (!this.#isStopped) this.#owner.over(Exit.failCause(exit.cause))
    })
  }

  #onWritten(): void {
    this.#writingSince = undefined
    if (this.#isStopped) return
    this.#session.flushed(this.#clock.unsafeCurrentTimeMillis(), this.#wire.isDrained?.())
    this.#owner.onWritten()
    if (this.#hasWork()) this.schedule()
  }
}
