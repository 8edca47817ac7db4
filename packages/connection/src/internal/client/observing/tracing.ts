/** Spans around the operations of a client that asked for them. */
import type { Properties, ProtocolVersion } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Sink from "effect/Sink"
import type * as Tracer from "effect/Tracer"
import type { OutgoingMessage, PublishOptions, PublishSummary, SinkOptions } from "../../../Message.ts"
import type { PublishError } from "../../../MqttError.ts"
import type { Publish } from "../publish.ts"

type MakeSink = (options?: SinkOptions) => Sink.Sink<PublishSummary, OutgoingMessage, never, PublishError>

/**
 * What puts spans around operations. The options of a client bring it along, so that a program which traces nothing has
 * none of it in its bundle. `isVersion5` says whether the server understands user properties.
 */
export interface Traces {
  readonly publish: (publish: Publish, isVersion5: () => boolean) => Publish
  /** One span for a run of the sink, in which all its messages are. */
  readonly sink: (sink: MakeSink, isVersion5: () => boolean) => MakeSink
  readonly operation: (
    name: "request" | "subscribe",
    topic: string
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** One span for an attempt to connect, with what ends it: the server has let us in, or the attempt has failed. */
  readonly startAttempt: (
    clientId: string,
    protocolVersion: ProtocolVersion.ProtocolVersion
  ) => Effect.Effect<(exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>>
}

const attributes = (topic: string, operation: string) => ({
  "messaging.system": "mqtt",
  "messaging.operation.type": operation,
  "messaging.destination.name": topic
})

/** The user properties that name a span. */
export type Inject = (span: Tracer.Span) => ReadonlyArray<Properties.UserProperty>

const withContext = (options: PublishOptions | undefined, context: ReturnType<Inject>): PublishOptions => {
  const given = options?.properties?.userProperties ?? []
  // A message that is passed on has that of its first sender, which a reader would take for the parent.
  const others = context.length === 0
    ? given
    : given.filter(([name]) => name !== "traceparent" && name !== "tracestate")
  return { ...options, properties: { ...options?.properties, userProperties: [...others, ...context] } }
}

const startAttempt: Traces["startAttempt"] = (clientId, protocolVersion) =>
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

export const make = (inject: Inject): Traces => ({
  publish: (publish, isVersion5) => (topic, payload, options) =>
    Effect.useSpan(
      "MqttClient.publish",
      { kind: "producer", attributes: { ...attributes(topic, "send"), "mqtt.qos": options?.qos ?? 0 } },
      (span) => publish(topic, payload, isVersion5() ? withContext(options, inject(span)) : options)
    ),
  sink: (sink, isVersion5) => (options) =>
    Sink.unwrapScoped(
      Effect.map(
        Effect.makeSpanScoped("MqttClient.sink", {
          kind: "producer",
          attributes: { "messaging.system": "mqtt", "messaging.operation.type": "send" }
        }),
        (span) =>
          sink(options).pipe(
            Sink.mapInput((message: OutgoingMessage) =>
              isVersion5() ? { ...message, ...withContext(message, inject(span)) } : message
            ),
            Sink.map((summary) => {
              span.attribute("messaging.batch.message_count", summary.messages)
              return summary
            })
          )
      )
    ),
  operation: (name, topic) => (self) =>
    Effect.withSpan(self, `MqttClient.${name}`, { kind: "client", attributes: attributes(topic, name) }),
  startAttempt
})
