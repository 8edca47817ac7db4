/**
 * Application messages, and how they are published and subscribed to.
 *
 * @since 0.1.0
 */
import type { Properties, QoS } from "@effect-mqtt/codec"

/**
 * A message that arrived.
 *
 * `topic` is always the full topic name. `payload` is never written again; keep a copy of it if it
 * is kept for long, since a small payload can be a view into a larger read. `retain` says that the
 * server had stored the message before (unless the subscription asked for Retain As Published);
 * `dup` that the server may have sent it before. `properties` are those of MQTT 5.
 *
 * @since 0.1.0
 * @category models
 */
export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS.QoS
  readonly retain: boolean
  readonly dup: boolean
  readonly properties?: Properties.PublishProperties | undefined
}

/**
 * What became of a publish: the PUBACK's reason code, 0x10 when nobody subscribes to the topic
 * (MQTT 5 only), else 0.
 *
 * @since 0.1.0
 * @category models
 */
export interface PublishResult {
  readonly reasonCode: number
}

/**
 * How to publish one message. `properties` need MQTT 5.
 *
 * @since 0.1.0
 * @category models
 */
export interface PublishOptions {
  /** @default 0 */
  readonly qos?: QoS.QoS | undefined
  /** @default false */
  readonly retain?: boolean | undefined
  readonly properties?: Properties.PublishProperties | undefined
}

/**
 * How to subscribe to one filter. All but `qos` need MQTT 5.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubscribeOptions {
  /** @default 0 */
  readonly qos?: QoS.QoS | undefined
  /**
   * Leaves out what this client published itself.
   *
   * @default false
   */
  readonly noLocal?: boolean | undefined
  /** @default false */
  readonly retainAsPublished?: boolean | undefined
  /**
   * When retained messages are sent: 0 always, 1 if the subscription is new, 2 never
   * [5 §3.8.3.1].
   *
   * @default 0
   */
  readonly retainHandling?: 0 | 1 | 2 | undefined
}

/**
 * One filter of a subscription with options of its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubscribeRequest extends SubscribeOptions {
  readonly filter: string
}

/**
 * The payload as text. Bytes that are not UTF-8 become U+FFFD; a byte order mark is kept.
 *
 * @example
 * ```ts
 * import { Message } from "@effect-mqtt/connection"
 *
 * assert.strictEqual(Message.text({ payload: new Uint8Array([0x32, 0x31]) }), "21")
 * ```
 *
 * @since 0.1.0
 * @category decoding
 */
export const text = (message: Pick<Message, "payload">): string => decoder.decode(message.payload)

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
