/** Consumers that acknowledge a message when its handler has finished. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Message, SubscribeOptions, SubscribeRequest } from "../../../Message.ts"
import { SubscribeError } from "../../../MqttError.ts"
import type { AckableMessage, ConsumeOptions } from "../../../Subscription.ts"
import { InvalidOption, isWhole } from "../../optionValue.ts"
import { unwrapScoped } from "../../scopedStream.ts"
import * as batches from "../batches.ts"
import { forEachConcurrently } from "./concurrentHandlers.ts"
import type { Handed } from "./handed.ts"
import { toAckable } from "./handed.ts"
import type { Subscribe } from "./subscription.ts"

type Filter = string | ReadonlyArray<SubscribeRequest>

export const makeSubscribeAckable =
  (subscribe: Subscribe) =>
  (filter: Filter, options?: Omit<SubscribeOptions, "ack">): Stream.Stream<AckableMessage, SubscribeError> =>
    unwrapScoped(
      Effect.map(
        subscribe(filter, options, "manual"),
        ({ subscriber: { handed } }) => Stream.map(batches.toStream(handed), toAckable)
      )
    )

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
  return Effect.scoped(Effect.gen(function*() {
    const { subscriber } = yield* subscribe(filter, options, "manual")
    const pull = yield* batches.pulled(subscriber.handed)
    // One after the other they run in the fiber that pulls: nothing is forked for a message.
    yield* concurrency === 1 ? batches.forEach(pull, handle) : forEachConcurrently(pull, handle, concurrency)
  }))
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
