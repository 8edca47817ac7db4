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
  /** What the server granted for each filter that was given, in their order; it may be lower than asked for. */
  readonly grantedQos: ReadonlyArray<QoS.QoS>
  /**
   * The messages, for one consumer at a time: a second one dies. A consumer takes whole batches and
   * accepts them when it ends: what it has not looked at then is gone. So run the stream once, or
   * pull it bit by bit with `Stream.toPull`.
   */
  readonly messages: Stream.Stream<Message, SubscribeError>
}
