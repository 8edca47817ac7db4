/**
 * The other side of a request [5 §4.10]: answering it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Message, PublishOptions, SubscribeOptions } from "./Message.ts"
import { MqttClient } from "./MqttClient.ts"
import type { PublishError, SubscribeError } from "./MqttError.ts"

/**
 * Answers an MQTT 5 request: on its Response Topic, with its Correlation Data, at its QoS. If it
 * asked for no response, gives false and sends nothing.
 *
 * @since 0.1.0
 * @category responding
 */
export const reply = (
  request: Message,
  payload: string | Uint8Array,
  options?: PublishOptions
): Effect.Effect<boolean, PublishError, MqttClient> => {
  const { correlationData, responseTopic } = request.properties ?? {}
  if (responseTopic === undefined) return Effect.succeed(false)
  return Effect.flatMap(MqttClient, (client) =>
    Effect.as(
      client.publish(responseTopic, payload, {
        qos: request.qos,
        retain: false,
        ...options,
        properties: { ...options?.properties, ...(correlationData === undefined ? {} : { correlationData }) }
      }),
      true
    ))
}

/**
 * How to serve requests. One is acknowledged when it has been answered, so there is no `ack`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ServeOptions extends Omit<SubscribeOptions, "ack"> {
  /**
   * Requests handled at a time.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
}

/**
 * Answers every request on a filter with what the handler returns, until interrupted. A handler that
 * fails ends it. A response that cannot be sent, because the requester named an invalid topic or the
 * server refuses it, is left out with a warning.
 *
 * @example
 * ```ts
 * import { Message, Responder } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * export const shouting = Responder.serve("shout", (request) => Effect.succeed(Message.text(request).toUpperCase()))
 * ```
 *
 * @since 0.1.0
 * @category responding
 */
export const serve = <E, R>(
  filter: string,
  handler: (request: Message) => Effect.Effect<string | Uint8Array, E, R>,
  options?: ServeOptions
): Effect.Effect<void, SubscribeError | E, MqttClient | R> =>
  Effect.flatMap(MqttClient, (client) =>
    client.consume(
      filter,
      (request) =>
        Effect.flatMap(handler(request), (payload) =>
          Effect.catchAll(reply(request, payload), (error) =>
            Effect.annotateLogs(Effect.logWarning("A response was not sent", error.message), {
              package: "connection"
            }))),
      options
    ))
