/**
 * Figures of a client.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

/**
 * What a client has done since it was made, or since `resetStats`. A mean is undefined while there is
 * nothing to average; times are measured in whole milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientStats {
  readonly packetsSent: number
  readonly packetsReceived: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Bytes of a packet, on average. */
  readonly meanPacketBytesSent: number | undefined
  readonly meanPacketBytesReceived: number | undefined
  readonly messagesReceived: number
  /** QoS 0: written; QoS 1 and 2: acknowledged. */
  readonly publishesOk: number
  readonly publishesFailed: number
  /** At present, unaffected by `resetStats`: QoS 1 and 2 publishes without acknowledgement. */
  readonly publishesInFlight: number
  /** At present, unaffected by `resetStats`: publishes that wait for a link, or for a place among those in flight. */
  readonly publishesQueued: number
  /** From a PUBLISH to its PUBACK or PUBREC on the same link. */
  readonly meanPublishRoundTrip: Duration.Duration | undefined
  readonly connectsTried: number
  readonly connectsFailed: number
  readonly sessionsLost: number
  readonly pingsSent: number
  readonly pingsAnswered: number
  readonly meanPingRoundTrip: Duration.Duration | undefined
  /** Messages that no handler will see, for any of the causes that `events` names. */
  readonly messagesDropped: number
}
