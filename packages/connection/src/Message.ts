/**
 * Application messages, and how they are published and subscribed to.
 *
 * @since 0.1.0
 */
import type { PublishProperties, UserProperty } from "@effect-mqtt/codec/Properties"
import type { QoS } from "@effect-mqtt/codec/QoS"

// Types of the codec in the types of this module have a name here, too: a program that declares what it infers from a
// message must be able to name them where it depends on this package alone.
export type {
  /**
   * The properties of a message (MQTT 5).
   *
   * @since 0.1.0
   * @category models
   */
  PublishProperties,
  /**
   * `0` at most once, `1` at least once, `2` exactly once.
   *
   * @since 0.1.0
   * @category models
   */
  QoS,
  /**
   * A pair of texts that a program gives a meaning (MQTT 5). A name may occur more than once.
   *
   * @since 0.1.0
   * @category models
   */
  UserProperty
}

/**
 * A message that arrived.
 *
 * `topic` is always the full topic name. `payload` is never overwritten; copy it before you keep it
 * for long, since a small payload can be a view into a larger read. `retain` says that the server
 * had stored the message before (unless the subscription asked for Retain As Published), `dup` that
 * the server may have sent it before. `properties` are those of MQTT 5.
 *
 * @since 0.1.0
 * @category models
 */
export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  readonly dup: boolean
  readonly properties?: PublishProperties | undefined
}

/**
 * What became of a publish: the reason code of PUBACK, or at QoS 2 of PUBREC, which is 0x10 when nobody subscribes to
 * the topic (MQTT 5 only), else 0.
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
  readonly qos?: QoS | undefined
  /** @default false */
  readonly retain?: boolean | undefined
  /**
   * The properties of a message that was received may be passed on: topic alias and subscription
   * identifiers, which belong to its link, are left out.
   */
  readonly properties?: PublishProperties | undefined
}

/**
 * A message for a sink: each has its own options.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutgoingMessage extends PublishOptions {
  readonly topic: string
  /** Text travels as UTF-8. Bytes are copied when the sink takes the message. */
  readonly payload: string | Uint8Array
}

/**
 * How a sink publishes.
 *
 * @since 0.1.0
 * @category models
 */
export interface SinkOptions {
  /**
   * How many messages of this sink may be unsettled before it takes no more. The client's own `maxInFlight` holds
   * besides, so more than that helps only over a link with long pauses. Anything but a whole number of at least 1 makes
   * the sink fail with `InvalidMessage`.
   *
   * @default the `maxInFlight` of the client
   */
  readonly inFlight?: number | undefined
}

/**
 * What became of a stream that a sink has published.
 *
 * @since 0.1.0
 * @category models
 */
export interface PublishSummary {
  readonly messages: number
  /** Of all payloads together. */
  readonly bytes: number
  /** QoS 1 and 2 messages to topics that nobody subscribes to, as the server said (MQTT 5 only). */
  readonly unmatched: number
}

/**
 * How to subscribe to one filter. `noLocal`, `retainAsPublished` and `retainHandling` need MQTT 5; the last two have no
 * effect in 3.1.1.
 *
 * @since 0.1.0
 * @category models
 */
export interface FilterOptions {
  /** @default 0 */
  readonly qos?: QoS | undefined
  /**
   * Fails with reason `QosNotGranted` if the server grants less than `qos`, now or after a reconnect.
   *
   * @default false
   */
  readonly requireQos?: boolean | undefined
  /**
   * The name of a group: each message goes to only one of its members [5 §4.8.2]. It makes the filter
   * `$share/group/filter`. Servers send no retained messages to a group, and what one member refuses
   * with a negative acknowledgement is gone for all of them.
   *
   * @default none
   */
  readonly share?: string | undefined
  /**
   * Leaves out what this client published itself, unless another stream on the same filter wants it. Not for a shared
   * subscription, and fails with reason `NotSupported` in 3.1.1.
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
   * A stream that joins a filter which another stream of this client has open gets retained messages
   * only if it asks for 0 itself; they go to that stream alone.
   *
   * @default 0
   */
  readonly retainHandling?: 0 | 1 | 2 | undefined
  /**
   * Pairs that tell the server something about this subscription (MQTT 5, not in 3.1.1). A stream that joins a filter
   * which another stream of this client has open sends none.
   *
   * @default none
   */
  readonly userProperties?: ReadonlyArray<UserProperty> | undefined
}

/**
 * What becomes of a message that finds its stream full:
 *
 * - `backpressure`: nothing is lost. QoS 1 and 2 messages wait unacknowledged; for QoS 0 the client
 *   stops reading. While the client itself waits for an answer it goes on reading, and drops QoS 0
 *   messages that fit nowhere.
 * - `dropOldest`: the message that has waited longest makes room for it.
 * - `dropNewest`: it is dropped itself.
 * - `latestPerTopic`: of each topic only the newest message waits; among too many topics, the one
 *   that has waited longest goes.
 * - `fail`: the stream gives what it holds and fails with reason `Overflow`.
 *
 * A QoS 1 or 2 message that is dropped is acknowledged with reason code 0x97, quota exceeded; in 3.1.1
 * just acknowledged.
 *
 * @since 0.1.0
 * @category models
 */
export type Overflow = "backpressure" | "dropOldest" | "dropNewest" | "latestPerTopic" | "fail"

/**
 * How to subscribe: the defaults of each filter, and what holds for the stream as a whole.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubscribeOptions extends FilterOptions {
  /**
   * When a QoS 1 or 2 message counts as taken and is acknowledged: once the consumer asks for the
   * next ones or ends, or as soon as it is in the buffer of the stream.
   *
   * @default "pulled"
   */
  readonly ack?: "pulled" | "received" | undefined
  /** @default "backpressure" */
  readonly overflow?: Overflow | undefined
  /**
   * How many messages the stream holds.
   *
   * @default the client's `streamMessages`
   */
  readonly bufferMessages?: number | undefined
  /**
   * The same in bytes, by topic, payload and properties. One message always fits.
   *
   * @default the client's `streamBytes`
   */
  readonly bufferBytes?: number | undefined
}

/**
 * One filter of a subscription with options of its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubscribeRequest extends FilterOptions {
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
