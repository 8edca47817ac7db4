/** Consumers that acknowledge a message when its handler has finished. */
import * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Message, SubscribeOptions, SubscribeRequest } from "../../../Message.ts"
import { SubscribeError } from "../../../MqttError.ts"
import type { AckableMessage, ConsumeOptions } from "../../../Subscription.ts"
import { InvalidOption, isWhole } from "../../optionValue.ts"
import { unwrapScoped } from "../../scopedStream.ts"
import { Outcome } from "../outcome.ts"
import type { Handed } from "./handed.ts"
import { toAckable } from "./handed.ts"
import type { Subscribe } from "./subscription.ts"

type Filter = string | ReadonlyArray<SubscribeRequest>

const handed = (subscribe: Subscribe, filter: Filter, options: Omit<SubscribeOptions, "ack"> | undefined) =>
  unwrapScoped(Effect.map(subscribe(filter, options, "manual"), ({ subscriber }) => subscriber.handed))

export const makeSubscribeAckable =
  (subscribe: Subscribe) =>
  (filter: Filter, options?: Omit<SubscribeOptions, "ack">): Stream.Stream<AckableMessage, SubscribeError> =>
    Stream.map(handed(subscribe, filter, options), toAckable)

export const makeConsume = (subscribe: Subscribe) =>
<E, R, R2 = never>(
  filter: Filter,
  handler: (message: Message) => Effect.Effect<unknown, E, R>,
  options?: ConsumeOptions<E, R2>
): Effect.Effect<void, SubscribeError | E, R | R2> => {
  const { concurrency = 1 } = options ?? {}
  if (!isWhole(concurrency, 1)) {
    return new SubscribeError({
      reason: "InvalidFilter",
      filter: typeof filter === "string" ? filter : filter.map((request) => request.filter).join(", "),
      cause: new InvalidOption("concurrency", "a whole number from 1")
    })
  }
  const handle = options?.onFailure === "nack" ? recovering(handler, options) : stopping(handler)
  const messages = handed(subscribe, filter, options)
  return concurrency === 1
    ? forEach(messages, handle)
    : forEachConcurrently(messages, handle, concurrency)
}

/**
 * The handler runs in the fiber that pulls: nothing is forked for a message. `Stream.runForEach` does the same, but what it
 * has run keeps its batch alive until a full collection (see benchmarks/README.md), which takes longer than all the rest.
 */
const forEach = <A, E, E2, R>(
  stream: Stream.Stream<A, E>,
  f: (element: A) => Effect.Effect<unknown, E2, R>
): Effect.Effect<void, E | E2, R> => Effect.scoped(Effect.flatMap(Stream.toPull(stream), (pull) => drained(pull, f)))

/**
 * So many handlers at once; the first failure ends the others. `Stream.mapEffect` does the same, and takes 5 kB of every
 * bundle, since it can also run streams of streams.
 */
const forEachConcurrently = <A, E, E2, R>(
  stream: Stream.Stream<A, E>,
  f: (element: A) => Effect.Effect<unknown, E2, R>,
  concurrency: number
): Effect.Effect<void, E | E2, R> =>
  Effect.scoped(Effect.gen(function*() {
    const pull = yield* Stream.toPull(stream)
    const handlers = yield* FiberSet.make<unknown, E2>()
    const room = Effect.unsafeMakeSemaphore(concurrency)
    const failed = new Outcome<never, E2>()
    // One that failed keeps its room: no other begins in the turns until all are interrupted.
    const onExit = (exit: Exit.Exit<unknown, E2>) =>
      Exit.isSuccess(exit) ? room.release(1) : Effect.sync(() => failed.settle(Exit.failCause(exit.cause)))
    const start = (element: A) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.zipRight(
          restore(room.take(1)),
          FiberSet.run(handlers, Effect.onExit(restore(Effect.suspend(() => f(element))), onExit))
        )
      )
    // With all the room, the last handler has ended.
    const all = Effect.zipRight(drained(pull, start), room.take(concurrency))
    // A race waits for the one that has lost, wherever it takes place.
    yield* Effect.raceFirst(failed, Effect.interruptible(all))
  }))

/** Runs `f` for each element of a stream until its end. */
const drained = <A, E, E2, R>(
  pull: Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>,
  f: (element: A) => Effect.Effect<unknown, E2, R>
): Effect.Effect<void, E | E2, R> => {
  const loop: Effect.Effect<never, Option.Option<E | E2>, R> = Effect.flatMap(
    pull,
    (batch) => Effect.zipRight(Effect.mapError(Effect.forEach(batch, f, { discard: true }), Option.some), loop)
  )
  return Effect.catchAll(loop, Option.match({ onNone: () => Effect.void, onSome: Effect.fail }))
}

type Handler<E, R> = (message: Message) => Effect.Effect<unknown, E, R>

const stopping = <E, R>(handler: Handler<E, R>) => ({ ack, delivery }: Handed) =>
  Effect.zipRight(handler(delivery.message), ack)

const recovering =
  <E, R, R2>(handler: Handler<E, R>, { deadLetter, nackCode }: ConsumeOptions<E, R2>) =>
  (handed: Handed): Effect.Effect<unknown, E, R | R2> =>
    Effect.matchCauseEffect(handler(handed.delivery.message), {
      onSuccess: () => handed.ack,
      onFailure: (cause): Effect.Effect<unknown, E, R2> => {
        // Only a failure says something about the message.
        if (!Cause.isFailure(cause) || Cause.isDie(cause) || Cause.isInterrupted(cause)) return Effect.failCause(cause)
        return deadLetter === undefined
          ? handed.nack(nackCode)
          : Effect.zipRight(deadLetter(handed.delivery.message, cause), handed.ack)
      }
    })
