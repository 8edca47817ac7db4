/** Takes the output of a session to its wire: one write at a time, and at last the end of this side. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Scheduler } from "effect/Scheduler"
import type { TransportError } from "../../MqttError.ts"
import type { Session } from "../../Session.ts"
import type { Wire } from "../../Wire.ts"
import type { Fork } from "./alarm.ts"
import type { LinkError } from "./linkFailed.ts"

export interface Writer {
  /** Writes behind whoever runs now, so that what several fibers have to say leaves together. */
  readonly schedule: () => void
  /** Since when the wire is at work on what it was given last. */
  readonly writingSince: () => number | undefined
  readonly stop: Effect.Effect<void>
}

export interface WriterHooks {
  /** Output was taken, and may be written already. */
  readonly onWrite: () => void
  readonly onWritten: () => void
  /** A write has failed, or this side has ended. */
  readonly over: (ending: Effect.Effect<never, LinkError>) => void
  readonly toError: (cause: TransportError) => LinkError
}

export const make = (
  session: Session,
  wire: Wire,
  clock: Clock.Clock,
  scheduler: Scheduler,
  fork: Fork,
  hooks: WriterHooks
): Writer => {
  let fiber: Fiber.Fiber<void, LinkError> | undefined
  let writingSince: number | undefined
  let isScheduled = false
  let isStopped = false

  const start = (effect: Effect.Effect<void, LinkError>) => {
    const started = fork(effect)
    fiber = started
    started.addObserver((exit) => {
      fiber = undefined
      writingSince = undefined
      if (isStopped) return
      if (Exit.isFailure(exit)) return hooks.over(Effect.failCause(exit.cause))
      session.flushed(clock.unsafeCurrentTimeMillis(), wire.isDrained?.())
      hooks.onWritten()
      if (hasWork()) schedule()
    })
  }

  const hasWork = () => session.outputBytes() > 0 || session.ended() !== undefined

  const write = () => {
    isScheduled = false
    if (isStopped || fiber !== undefined) return
    if (session.outputBytes() > 0) {
      writingSince = clock.unsafeCurrentTimeMillis()
      start(Effect.mapError(wire.write(session.takeOutput()), hooks.toError))
      return hooks.onWrite()
    }
    const ended = session.ended()
    if (ended !== undefined) start(Effect.zipRight(wire.shutdown, Effect.fail(ended)))
  }

  const schedule = () => {
    if (isScheduled || fiber !== undefined) return
    isScheduled = true
    scheduler.scheduleTask(write, 0)
  }

  return {
    schedule,
    writingSince: () => writingSince,
    stop: Effect.suspend(() => {
      isStopped = true
      writingSince = undefined
      return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
    })
  }
}
