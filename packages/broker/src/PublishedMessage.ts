/**
 * A message as the broker took it in.
 *
 * @since 0.1.0
 */
import type { PublishProperties, QoS } from "@effect-mqtt/connection/Message"

/**
 * A message that a client, a will or the program published, before it is delivered to anyone.
 *
 * @since 0.1.0
 * @category models
 */
export interface PublishedMessage {
  readonly topic: string
  /** Shared with everybody who gets the message: do not write to it. */
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  /** What goes on to subscribers, without alias and expiry. */
  readonly properties?: PublishProperties | undefined
  /** The client it came from, also for its will; absent when the program published it. */
  readonly clientId?: string | undefined
}
