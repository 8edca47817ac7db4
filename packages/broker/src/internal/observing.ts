import * as Topic from "@effect-mqtt/codec/Topic"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { PublishedMessage } from "../PublishedMessage.ts"
import type { Core } from "./core.ts"
import type { Message } from "./messages/message.ts"

/** Shows what comes in to a listener, in the form that users see. */
export const observe = (
  core: Core,
  filter: string,
  listener: (message: PublishedMessage) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() => {
      const observer = ({ payload, properties, publisher, qos, retain, topic }: Message) => {
        if (!Topic.matches(filter, topic)) return
        const published = { topic, payload, qos, retain }
        listener({
          ...published,
          ...(properties === undefined ? {} : { properties }),
          ...(publisher === undefined ? {} : { clientId: publisher })
        })
      }
      core.observers.add(observer)
      return observer
    }),
    (observer) => Effect.sync(() => core.observers.delete(observer))
  ))

/** Whether now or later. */
export const awaitSubscription = (core: Core, filter: string): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    if (core.subscriptions.get(filter) !== undefined) return resume(Effect.void)
    const onSubscribed = (subscribed: string) => {
      if (subscribed !== filter) return
      core.subscriptions.observers.delete(onSubscribed)
      resume(Effect.void)
    }
    core.subscriptions.observers.add(onSubscribed)
    return Effect.sync(() => core.subscriptions.observers.delete(onSubscribed))
  })
