/**
 * A subscription and its messages.
 *
 * @since 0.1.0
 */
import type { QoS } from "@effect-mqtt/codec"
import type * as Stream from "effect/Stream"
import type { Message } from "./Message.ts"
import type { SubscribeError } from "./MqttError.ts"

/**
 * A subscription that the server has confirmed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subscription {
  /** What the server granted for each filter, in their order; it may be lower than asked for. */
  readonly grantedQos: ReadonlyArray<QoS.QoS>
  /** The messages. One consumer at a time; a second one would share them. */
  readonly messages: Stream.Stream<Message, SubscribeError>
}
