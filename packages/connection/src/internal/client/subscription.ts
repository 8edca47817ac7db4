/** A subscription as a scoped resource: joined when acquired, left when released. */
import type { QoS } from "@effect-mqtt/codec"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { SubscribeOptions, SubscribeRequest } from "../../Message.ts"
import { SubscribeError } from "../../MqttError.ts"
import type { Subscription } from "../../Subscription.ts"
import type { Engine } from "./engine.ts"
import type { Granted } from "./requests.ts"
import { toRequests } from "./requests.ts"
import type { Membership, Subscriptions } from "./subscriptions.ts"

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
    const answers = yield* Deferred.make<ReadonlyMap<string, QoS.QoS>, SubscribeError>()
    const granted = new Map<string, QoS.QoS>()
    const onAnswer = (name: string, answer: Granted) => {
      if (Either.isLeft(answer)) return Deferred.unsafeDone(answers, Effect.fail(answer.left))
      granted.set(name, answer.right)
      if (granted.size === requests.length) Deferred.unsafeDone(answers, Effect.succeed(granted))
    }
    const membership = yield* Effect.acquireRelease(
      Effect.sync(() => engine.pump.pass(() => engine.consumer.join(requests, onAnswer))),
      (joined) => left(engine, joined)
    )
    const byFilter = yield* Deferred.await(answers)
    const grantedQos = requests.map(({ filter: name, qos }) => byFilter.get(name) ?? qos)
    return { grantedQos, messages: Stream.repeatEffectChunkOption(membership.subscriber.pull) }
  })

const left = (engine: Engine<Subscriptions>, membership: Membership) =>
  Effect.async<void>((resume) => {
    engine.pump.pass(() => membership.leave(() => resume(Effect.void)))
  })
