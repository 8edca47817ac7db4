/** Spans around the operations of a client that asked for them. */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import type { PublishOptions } from "../../Message.ts"
import * as TraceContext from "../../TraceContext.ts"
import type { Publish } from "./values.ts"

const attributes = (topic: string, operation: string) => ({
  "messaging.system": "mqtt",
  "messaging.operation.type": operation,
  "messaging.destination.name": topic
})

const withContext = (options: PublishOptions | undefined, span: Tracer.Span): PublishOptions => ({
  ...options,
  properties: {
    ...options?.properties,
    userProperties: [...options?.properties?.userProperties ?? [], ...TraceContext.inject(span)]
  }
})

/** `isModern` says whether the server understands user properties. */
export const tracedPublish = (publish: Publish, isModern: () => boolean): Publish => (topic, payload, options) =>
  Effect.useSpan(
    "MqttClient.publish",
    { kind: "producer", attributes: { ...attributes(topic, "send"), "mqtt.qos": options?.qos ?? 0 } },
    (span) => publish(topic, payload, isModern() ? withContext(options, span) : options)
  )

export const traced =
  (name: "request" | "subscribe", topic: string) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withSpan(self, `MqttClient.${name}`, { kind: "client", attributes: attributes(topic, name) })
