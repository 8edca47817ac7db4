/** Handlers of one consumer, several at once. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Pull } from "../batches.ts"
import { Outcome } from "../outcome.ts"

/**
 * Handles up to `concurrency` elements at once; the first failure ends the others. One fiber pulls, and as many others as are
 * of use handle one element after the other: forking one for each element took two to four times the CPU time. Each worker is
 * woken by itself: with one semaphore for all, a message would wake every one of them, which takes 0.3 ms with 64.
 */
export const forEachConcurrently = <A, E, E2, R>(
  pull: Pull<A, E>,
  f: (element: A) => Effect.Effect<unknown, E2, R>,
  concurrency: number
): Effect.Effect<void, E | E2, R> =>
  Effect.suspend(() => {
    /** The first failure, or the end. */
    const over = new Outcome<void, E | E2>()
    let isOver = false
    let batch: ReadonlyArray<A> = []
    let index = 0
    let workers = 0
    /** Wakes a worker that found nothing to do. */
    const idle: Array<() => void> = []
    let onChange = () => {}

    const rest = Effect.async<void>((resume) => {
      idle.push(() => resume(Effect.void))
      onChange()
    })
    const work: Effect.Effect<void, E2, R> = Effect.suspend(() => {
      if (isOver) return Effect.void
      if (index === batch.length) return Effect.zipRight(rest, work)
      // Taken when it begins, not when somebody is woken for it: they begin in the order of arrival.
      const element = batch[index++]
      if (index === batch.length) onChange()
      return Effect.zipRight(f(element), work)
    })
    const worker = Effect.fork(telling(work, (exit) => {
      if (isOver || Exit.isSuccess(exit)) return
      // Begins nothing more in the turns until all are interrupted.
      isOver = true
      over.settle(Exit.failCause(exit.cause))
    }))

    const until = (isTrue: () => boolean) =>
      Effect.async<void>((resume) => {
        onChange = () => isTrue() && resume(Effect.void)
        onChange()
      })
    const isReady = () => index === batch.length && (idle.length > 0 || workers < concurrency)
    const handle = (elements: ReadonlyArray<A>) => {
      batch = elements
      index = 0
      const woken = idle.splice(Math.max(idle.length - elements.length, 0))
      const started = Math.min(elements.length - woken.length, concurrency - workers)
      workers += started
      for (const wake of woken) wake()
      return Effect.zipRight(Effect.replicateEffect(worker, started, { discard: true }), until(isReady))
    }
    const dispatch: Effect.Effect<void, E, R> = Effect.flatMap(pull, (next) =>
      next === undefined
        ? until(() => idle.length === workers)
        : Effect.zipRight(handle(Chunk.toReadonlyArray(next)), dispatch))
    // The workers are its children, and end with it.
    const dispatcher = telling(dispatch, (exit) => {
      isOver = true
      over.settle(exit)
    })
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.fork(dispatcher), (fiber) => Effect.ensuring(restore(over), Fiber.interrupt(fiber)))
    )
  })

/** Reports the end, whatever it is, and never fails itself: Effect logs the failure of a forked fiber as unhandled. */
const telling = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  tell: (exit: Exit.Exit<A, E>) => void
): Effect.Effect<void, never, R> => Effect.uninterruptible(Effect.map(Effect.exit(Effect.interruptible(self)), tell))
