/**
 * W3C trace context in the user properties of MQTT 5 messages: `traceparent` and `tracestate`.
 *
 * A client with the option `traces: TraceContext.spans` adds it to what it publishes; the handler of a message continues
 * the trace with {@link withProcessSpan}, or with {@link extract} for a span of its own.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import * as tracing from "./internal/client/observing/tracing.ts"
import type { Message, UserProperty } from "./Message.ts"

/**
 * The `tracestate` that came with a message, carried along in the context of its span.
 *
 * @since 0.1.0
 * @category tags
 */
export class TraceState extends Context.Tag("@effect-mqtt/connection/TraceContext/TraceState")<TraceState, string>() {}

const parentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

const isZero = (id: string): boolean => /^0+$/.test(id)

const property = (message: Pick<Message, "properties">, name: string): string | undefined =>
  message.properties?.userProperties?.find(([key]) => key === name)?.[1]

/** The longest that has to be passed on by the recommendation. */
const longestState = 512

/**
 * The span that published a message, if the message names one and the name is well-formed.
 *
 * @since 0.1.0
 * @category decoding
 */
export const extract = (message: Pick<Message, "properties">): Option.Option<Tracer.ExternalSpan> => {
  const [, version, traceId, spanId, flags, more] = parentPattern.exec(property(message, "traceparent") ?? "") ?? []
  if (traceId === undefined || spanId === undefined || version === "ff" || isZero(traceId) || isZero(spanId)) {
    return Option.none()
  }
  if (version === "00" && more !== undefined) return Option.none()
  const state = property(message, "tracestate")
  return Option.some(Tracer.externalSpan({
    traceId,
    spanId,
    sampled: (Number.parseInt(flags ?? "0", 16) & 1) === 1,
    ...(state === undefined || state.length > longestState ? {} : { context: Context.make(TraceState, state) })
  }))
}

const stateOf = (span: Tracer.AnySpan): Option.Option<string> => {
  const own = Context.getOption(span.context, TraceState)
  if (Option.isSome(own) || span._tag === "ExternalSpan" || Option.isNone(span.parent)) return own
  return stateOf(span.parent.value)
}

/**
 * The user properties that name a span as the parent; none if its identifiers do not fit W3C trace context.
 *
 * @since 0.1.0
 * @category encoding
 */
export const inject = (span: Tracer.AnySpan): ReadonlyArray<UserProperty> => {
  const parent = `00-${span.traceId}-${span.spanId}-${span.sampled ? "01" : "00"}`
  if (!parentPattern.test(parent)) return []
  const state = stateOf(span)
  return [["traceparent", parent], ...(Option.isSome(state) ? [["tracestate", state.value] as const] : [])]
}

/**
 * How a client traces its operations: see {@link spans}.
 *
 * @since 0.1.0
 * @category models
 */
export type Traces = tracing.Traces

/**
 * For the option `traces` of a client: a span for each `publish`, `request` and `subscription`, for each run of a `sink`
 * and for each attempt to connect, and in MQTT 5 their trace context in what is published.
 *
 * @example
 * ```ts
 * import { MqttClient, TraceContext } from "@effect-mqtt/connection"
 *
 * export const traced = MqttClient.layer({ url: "mqtt://localhost", traces: TraceContext.spans })
 * ```
 *
 * @since 0.1.0
 * @category tracing
 */
export const spans: Traces = /*#__PURE__*/ tracing.make(inject)

/**
 * Runs the handling of a message in a span of its own, whose parent is the span that published it.
 *
 * @example
 * ```ts
 * import { MqttClient, TraceContext } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const client = yield* MqttClient.MqttClient
 *   yield* client.consume(
 *     "orders/#",
 *     (message) => Effect.log("handled").pipe(TraceContext.withProcessSpan(message)),
 *     { qos: 1 }
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withProcessSpan: {
  (message: Message): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>
  <A, E, R>(self: Effect.Effect<A, E, R>, message: Message): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>
} = /*#__PURE__*/ dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, message: Message): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> => {
    const parent = Option.getOrUndefined(extract(message))
    return Effect.withSpan(self, "MqttClient.process", {
      kind: "consumer",
      attributes: {
        "messaging.system": "mqtt",
        "messaging.operation.type": "process",
        "messaging.destination.name": message.topic,
        "messaging.message.body.size": message.payload.length
      },
      ...(parent === undefined ? {} : { parent })
    })
  }
)
