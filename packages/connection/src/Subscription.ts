/**
 * Subscriptions: their messages, how these are acknowledged, and what becomes of those that fail.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Message, QoS, SubscribeOptions } from "./Message.ts"
import type { SubscribeError } from "./MqttError.ts"

/**
 * A subscription that the server has confirmed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subscription {
  /** What the server granted for each filter, in the order given; it may be lower than what was asked for. */
  readonly grantedQos: ReadonlyArray<QoS>
  /**
   * The messages, for one consumer at a time: a second one dies. A consumer takes whole batches, and
   * has accepted its batch when it asks for the next one or ends: what it has not looked at by then is
   * gone. So run the stream once, or take one message after the other with `next`. If a consumer fails or
   * is interrupted, its QoS 1 and 2 messages are not accepted: the next consumer gets them.
   */
  readonly messages: Stream.Stream<Message, SubscribeError>
  /**
   * The next message if there is one, without waiting. It is accepted when the next one is asked for.
   * Fails when the subscription has; dies while `messages` has a consumer.
   */
  readonly poll: Effect.Effect<Option.Option<Message>, SubscribeError>
  /**
   * The next message as soon as there is one, for one caller at a time; none when the client was closed. Otherwise
   * like `poll`: messages that nobody has asked for yet are not accepted.
   */
  readonly next: Effect.Effect<Option.Option<Message>, SubscribeError>
}

/**
 * Why a message is refused [5 §3.4.2.1]: unspecified, implementation specific, not authorized, topic
 * name invalid, quota exceeded, payload format invalid.
 *
 * @since 0.1.0
 * @category models
 */
export type NackCode = 0x80 | 0x83 | 0x87 | 0x90 | 0x97 | 0x99

/**
 * What became of an acknowledgement. `stale`: nobody waits for it any more, because the link over which
 * the message came is gone (the server sends the message again), or because it was left behind for too long.
 *
 * @since 0.1.0
 * @category models
 */
export type AckOutcome = "acknowledged" | "stale"

/**
 * A message that its consumer acknowledges itself, once: a second call changes nothing and gives what
 * the first one gave. Until then it counts against the client's `receiveMaximum`, and since acknowledgements leave
 * in the order in which messages came, those of later messages wait. At QoS 0 there is nothing to
 * acknowledge.
 *
 * @since 0.1.0
 * @category models
 */
export interface AckableMessage extends Message {
  /** The message is taken care of. */
  readonly ack: Effect.Effect<AckOutcome>
  /**
   * Refuses the message; the server will not send it again. MQTT 3.1.1 has no way to say so: there
   * the message is acknowledged and dropped.
   *
   * @default 0x80
   */
  readonly nack: (code?: NackCode) => Effect.Effect<AckOutcome>
}

/**
 * How to consume. Messages are acknowledged when their handler has finished, so there is no `ack`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConsumeOptions<in E = unknown, out R = never> extends Omit<SubscribeOptions, "ack"> {
  /**
   * The most handlers that run at the same time.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * What happens when a handler fails: `stop` ends the consumer with that failure, and its message is
   * not acknowledged; `nack` refuses the message and goes on. A defect always stops.
   *
   * @default "stop"
   */
  readonly onFailure?: "stop" | "nack" | undefined
  /**
   * The reason code of `nack`.
   *
   * @default 0x80
   */
  readonly nackCode?: NackCode | undefined
  /**
   * With `nack`: gets a message whose handler failed. The message is acknowledged when this has
   * finished, since it is taken care of.
   *
   * @default the message is refused
   */
  readonly deadLetter?: ((message: Message, cause: Cause.Cause<E>) => Effect.Effect<unknown, never, R>) | undefined
}
