/** Spans around the operations of a client that asked for them. */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Sink from "effect/Sink"
import type * as Tracer from "effect/Tracer"
import type { OutgoingMessage, PublishOptions } from "../../../Message.ts"
import * as TraceContext from "../../../TraceContext.ts"
import type { makeSink } from "./sink.ts"
import type { Publish } from "./values.ts"

const attributes = (topic: string, operation: string) => ({
  "messaging.system": "mqtt",
  "messaging.operation.type": operation,
  "messaging.destination.name": topic
})

const withContext = (options: PublishOptions | undefined, span: Tracer.Span): PublishOptions => {
  const context = TraceContext.inject(span)
  const given = options?.properties?.userProperties ?? []
  // A message that is passed on has that of its first sender, which a reader would take for the parent.
  const others = context.length === 0
    ? given
    : given.filter(([name]) => name !== "traceparent" && name !== "tracestate")
  return { ...options, properties: { ...options?.properties, userProperties: [...others, ...context] } }
}

/** One span for a run of the sink, in which all its messages are. `isModern` as below. */
export const tracedSink =
  (sink: ReturnType<typeof makeSink>, isModern: () => boolean): ReturnType<typeof makeSink> => (options) =>
    Sink.unwrapScoped(
      Effect.map(
        Effect.makeSpanScoped("MqttClient.sink", {
          kind: "producer",
          attributes: { "messaging.system": "mqtt", "messaging.operation.type": "send" }
        }),
        (span) =>
          sink(options).pipe(
            Sink.mapInput((message: OutgoingMessage) =>
              isModern() ? { ...message, ...withContext(message, span) } : message
            ),
            Sink.map((summary) => {
              span.attribute("messaging.batch.message_count", summary.messages)
              return summary
            })
          )
      )
    )

/** One span for an attempt to connect, with what ends it: the server has let us in, or the attempt has failed. */
export const startAttempt = (
  clientId: string,
  protocolVersion: ProtocolVersion.ProtocolVersion
): Effect.Effect<(exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>> =>
  Effect.map(
    Effect.makeSpan("MqttClient.connect", {
      kind: "client",
      attributes: {
        "messaging.system": "mqtt",
        "messaging.client.id": clientId,
        "network.protocol.version": protocolVersion === 5 ? "5.0" : "3.1.1"
      }
    }),
    (span) => {
      let isEnded = false
      return (exit) =>
        Effect.map(Effect.clock, (clock) => {
          if (isEnded) return
          isEnded = true
          span.end(clock.unsafeCurrentTimeNanos(), exit)
        })
    }
  )

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
