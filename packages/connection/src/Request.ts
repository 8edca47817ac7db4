/**
 * Requests [5 §4.10]: the options of `MqttClient.request`.
 *
 * MQTT 5 has properties that match a response to its request. MQTT 3.1.1 has none: there a
 * {@link Correlation} says where the identifier of a request travels.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type { Message, PublishOptions } from "./Message.ts"
import { text } from "./Message.ts"

/**
 * A request on its way out.
 *
 * @since 0.1.0
 * @category models
 */
export interface Outgoing {
  readonly topic: string
  readonly payload: string | Uint8Array
}

/**
 * How a request and its response find each other without the properties of MQTT 5.
 *
 * @since 0.1.0
 * @category models
 */
export interface Correlation {
  /** The filter that covers every response. */
  readonly responses: string
  /**
   * Puts the identifier, 32 hexadecimal digits, into the request; what this throws is the cause of
   * an `InvalidRequest`.
   */
  readonly request: (request: Outgoing, id: string) => Outgoing
  /** The identifier in a response; `undefined`, or an exception, if it has none. */
  readonly idOf: (response: Message) => string | undefined
}

/**
 * How to ask, and how long to wait. `qos` is that of the request; responses come at QoS 0, since a handler that makes a
 * request may hold the very message that the server wants acknowledged before it sends another one at QoS 1. A response
 * that is lost with its link is a `Timeout`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestOptions extends PublishOptions {
  /**
   * From the call to the response. In MQTT 5 it is the expiry of the request too. A value that is not a duration makes
   * the request fail with `InvalidRequest`.
   *
   * @default the client's `requestTimeout`
   */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * MQTT 5: the topic on which the response is to come.
   *
   * @default one of this client alone, built from the server's Response Information if there is any
   */
  readonly responseTopic?: string | undefined
  /**
   * In place of Response Topic and Correlation Data, in both versions; 3.1.1 needs one.
   *
   * @default none
   */
  readonly correlation?: Correlation | undefined
}

const placeholder = "{id}"

/**
 * Puts the identifier into a level of both topics: `{id}` in the topic of the call and in this pattern.
 *
 * @example
 * ```ts
 * import { Message, MqttClient, Request } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * const correlation = Request.byTopic("v1/devices/me/rpc/response/{id}")
 *
 * export const program = Effect.gen(function*() {
 *   const client = yield* MqttClient.MqttClient
 *   const answer = yield* client.request("v1/devices/me/rpc/request/{id}", "{}", { correlation, timeout: "3 seconds" })
 *   return Message.text(answer)
 * })
 * ```
 *
 * @since 0.1.0
 * @category correlation
 */
export const byTopic = (responses: string): Correlation => {
  const levels = responses.split("/")
  const position = levels.indexOf(placeholder)
  return {
    responses: responses.replace(placeholder, "+"),
    request: ({ payload, topic }, id) => {
      if (position === -1 || !topic.split("/").includes(placeholder)) {
        throw new TypeError("both topics need one level {id}")
      }
      return { topic: topic.replace(placeholder, id), payload }
    },
    idOf: (response) => response.topic.split("/")[position]
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Puts the identifier into a field of both payloads, which are JSON objects, as in JSON-RPC.
 *
 * @since 0.1.0
 * @category correlation
 */
export const byJsonField = (responses: string, field = "id"): Correlation => ({
  responses,
  request: ({ payload, topic }, id) => {
    const value: unknown = JSON.parse(typeof payload === "string" ? payload : text({ payload }))
    if (!isObject(value)) throw new TypeError("the payload of the request is no JSON object")
    return { topic, payload: JSON.stringify({ ...value, [field]: id }) }
  },
  idOf: (response) => {
    const value: unknown = JSON.parse(text(response))
    const id = isObject(value) ? value[field] : undefined
    return typeof id === "string" ? id : undefined
  }
})
