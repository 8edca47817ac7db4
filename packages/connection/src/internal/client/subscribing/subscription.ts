/** A subscription as a scoped resource: joined when acquired, left when released. */
import type { QoS } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Message, SubscribeOptions, SubscribeRequest } from "../../../Message.ts"
import { SubscribeError } from "../../../MqttError.ts"
import type { Subscription } from "../../../Subscription.ts"
import type * as TopicDefaults from "../../../TopicDefaults.ts"
import { unwrapScoped } from "../../scopedStream.ts"
import { atMost } from "../../timeLimit.ts"
import * as batches from "../batches.ts"
import type { Engine } from "../engine/engine.ts"
import { Outcome } from "../outcome.ts"
import type { Acceptance } from "./messageQueue.ts"
import type { Granted } from "./requests.ts"
import { fullFilter, toRequests } from "./requests.ts"
import { toStreamOptions } from "./streamOptions.ts"
import type { Subscriber } from "./subscriber.ts"
import type { Membership, Subscriptions } from "./subscriptions.ts"

/** A confirmed subscription, however its messages are accepted. */
export interface Subscribed {
  readonly subscriber: Subscriber<SubscribeError>
  /** By filter, as the server knows it. */
  readonly granted: ReadonlyMap<string, QoS.QoS>
}

/**
 * Waits for what the server grants, unless that lies behind more messages than are read before somebody accepts them; a
 * server that resumes a session may send so many. `always` waits for it even then.
 */
export type Subscribe = (
  filter: string | ReadonlyArray<SubscribeRequest>,
  options: Omit<SubscribeOptions, "ack"> | undefined,
  acceptance: Acceptance,
  always?: boolean
) => Effect.Effect<Subscribed, SubscribeError, Scope.Scope>

export const makeSubscribe =
  (engine: Engine<Subscriptions>, drainTimeout: number, defaults?: TopicDefaults.TopicDefaults): Subscribe =>
  (filter, options, acceptance, always = false) =>
    Effect.gen(function*() {
      const requests = yield* toRequests(filter, options, defaults)
      const stream = yield* toStreamOptions(requests[0].filter, options, acceptance, engine.consumer.bounds)
      const cause = engine.stopped()
      if (cause !== undefined) {
        return yield* new SubscribeError({ reason: "Closed", filter: requests[0].filter, cause })
      }
      const answered = new Outcome<void, SubscribeError>()
      const granted = new Map<string, QoS.QoS>()
      const onAnswer = (name: string, answer: Granted) => {
        if (Either.isLeft(answer)) return answered.settle(Exit.fail(answer.left))
        granted.set(name, answer.right)
        if (granted.size === requests.length) answered.settle(Exit.void)
      }
      const onOverfull = () => {
        if (answered.isSettled) return
        // Nobody accepts before the answer is here: it has to be read.
        if (always) engine.session.leaveRest()
        else answered.settle(Exit.void)
      }
      const join = () => engine.consumer.join(requests, stream, onAnswer, onOverfull)
      const { subscriber } = yield* joined(engine, join, drainTimeout, answered)
      return { subscriber, granted }
    })

export const makeSubscription = (subscribe: Subscribe) =>
(
  filter: string | ReadonlyArray<SubscribeRequest>,
  options?: SubscribeOptions
): Effect.Effect<Subscription, SubscribeError, Scope.Scope> =>
  Effect.map(
    subscribe(filter, options, options?.ack ?? "pulled", true),
    ({ granted, subscriber: { messages, next, poll } }) => {
      const given: ReadonlyArray<SubscribeRequest> = typeof filter === "string" ? [{ filter }] : filter
      const grantedQos = given.map((request) => granted.get(fullFilter({ ...options, ...request })) ?? 0)
      return { grantedQos, messages: batches.toStream(messages), poll, next }
    }
  )

export const makeSubscribeStream = (subscribe: Subscribe) =>
(
  filter: string | ReadonlyArray<SubscribeRequest>,
  options?: SubscribeOptions
): Stream.Stream<Message, SubscribeError> =>
  unwrapScoped(
    Effect.map(
      subscribe(filter, options, options?.ack ?? "pulled"),
      ({ subscriber: { messages } }) => batches.toStream(messages)
    )
  )

/** Joins for as long as the scope; not at all if the answer is no, or nobody waits for it any more. */
const joined = (
  engine: Engine<Subscriptions>,
  join: () => Membership,
  drainTimeout: number,
  answered: Effect.Effect<void, SubscribeError>
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.acquireRelease(
      Effect.sync(() => engine.pump.pass(join)),
      (membership, exit) => left(engine, membership, drainTimeout, Exit.isSuccess(exit))
    ).pipe(
      Effect.tap((membership) =>
        Effect.onError(restore(answered), () =>
          // The caller's scope may last: what nobody reads must not hold what others wait for.
          Effect.sync(() => engine.pump.pass(() => membership.leave(true, () => {}))))
      )
    )
  )

/** A server that does not answer, as where the network is gone, must not hold who closes a scope or is interrupted. */
const left = (engine: Engine<Subscriptions>, membership: Membership, drainTimeout: number, isNormal: boolean) =>
  Effect.suspend(() => {
    const unsubscribed = new Outcome<void>()
    engine.pump.pass(() => membership.leave(isNormal, () => unsubscribed.settle(Exit.void)))
    return unsubscribed.isSettled
      ? Effect.void
      : atMost(drainTimeout)(unsubscribed)
  })
