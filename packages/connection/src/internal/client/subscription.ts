/** A subscription as a scoped resource: joined when acquired, left when released. */
import type { QoS } from "@effect-mqtt/codec"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { SubscribeOptions, SubscribeRequest } from "../../Message.ts"
import { SubscribeError } from "../../MqttError.ts"
import type { Subscription } from "../../Subscription.ts"
import type { Engine } from "./engine.ts"
import type { Granted, Request } from "./requests.ts"
import { toRequests } from "./requests.ts"
import type { GrantListener, Membership, Subscriptions } from "./subscriptions.ts"

export const makeSubscription = (engine: Engine<Subscriptions>) =>
(
  filter: string | ReadonlyArray<SubscribeRequest>,
  options?: SubscribeOptions
): Effect.Effect<Subscription, SubscribeError, Scope.Scope> =>
  Effect.gen(function*() {
    const requests = yield* toRequests(filter, options)
    const cause = engine.stopped()
    if (cause !== undefined) {
      return yield* new SubscribeError({ reason: "Closed", filter: requests[0].filter, cause })
    }
    const answers = yield* Deferred.make<void, SubscribeError>()
    const granted = new Map<string, QoS.QoS>()
    const onAnswer = (name: string, answer: Granted) => {
      if (Either.isLeft(answer)) return Deferred.unsafeDone(answers, Effect.fail(answer.left))
      granted.set(name, answer.right)
      if (granted.size === requests.length) Deferred.unsafeDone(answers, Effect.void)
    }
    const { messages } = yield* joined(engine, requests, onAnswer, Deferred.await(answers))
    const asked = typeof filter === "string" ? [filter] : filter.map((request) => request.filter)
    return { grantedQos: asked.map((name) => granted.get(name) ?? 0), messages }
  })

/** Joins for as long as the scope; not at all if the answer is no, or nobody waits for it any more. */
const joined = (
  engine: Engine<Subscriptions>,
  requests: ReadonlyArray<Request>,
  onAnswer: GrantListener,
  answered: Effect.Effect<void, SubscribeError>
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.acquireRelease(
      Effect.sync(() => engine.pump.pass(() => engine.consumer.join(requests, onAnswer))),
      (membership) => left(engine, membership)
    ).pipe(
      Effect.tap((membership) =>
        Effect.onError(restore(answered), () =>
          // The caller's scope may last: what nobody reads must not hold what others wait for.
          Effect.sync(() => engine.pump.pass(() => membership.leave(() => {}))))
      )
    )
  )

const left = (engine: Engine<Subscriptions>, membership: Membership) =>
  Effect.async<void>((resume) => {
    engine.pump.pass(() => membership.leave(() => resume(Effect.void)))
  })
