/**
 * How to connect: the options that {@link MqttConnection} and {@link MqttClient} share.
 *
 * @since 0.1.0
 */
import type { Properties, ProtocolVersion, QoS } from "@effect-mqtt/codec"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AuthError, ConnectError } from "./MqttError.ts"

/**
 * A value, or an Effect that is evaluated for every connection attempt: a token that expires, an
 * endpoint that moves, a will with fresh content.
 *
 * @since 0.1.0
 * @category models
 */
export type PerAttempt<A> = A | Effect.Effect<A, AuthError | ConnectError>

/**
 * The message that the server publishes when the connection ends without a DISCONNECT
 * [5 §3.1.2.5].
 *
 * @since 0.1.0
 * @category models
 */
export interface Will {
  readonly topic: string
  /** Text travels as UTF-8. Bytes are copied when the connection attempt begins. */
  readonly payload: string | Uint8Array
  /** @default 0 */
  readonly qos?: QoS.QoS | undefined
  /** @default false */
  readonly retain?: boolean | undefined
  readonly properties?: Properties.WillProperties | undefined
}

/**
 * Everything about one connection. Times are durations, sizes are bytes. An option that makes no
 * sense (a bound of 0, `NaN`, a negative time) fails the constructor with a {@link ConnectError} of
 * reason `InvalidEndpoint`, whose cause names it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionOptions {
  /** Where the server is: `mqtt://host:port`, `mqtts://...`; what else the transport offers. */
  readonly url: PerAttempt<string>
  /**
   * The client identifier; an empty one lets the server choose.
   *
   * @default a random one, the same for every attempt
   */
  readonly clientId?: string | undefined
  readonly username?: PerAttempt<string> | undefined
  readonly password?: PerAttempt<Redacted.Redacted<string>> | undefined
  readonly will?: PerAttempt<Will> | undefined
  /** @default 5 */
  readonly protocolVersion?: ProtocolVersion.ProtocolVersion | undefined
  /**
   * MQTT 5: how long the server keeps the session, and a will with a delay, without a link. If it
   * is left out, a `MqttConnection` asks for none; a `MqttClient` asks for one hour, and gives the
   * session up when it is closed.
   *
   * @default "1 hour" for a client, 0 for a single connection
   */
  readonly sessionExpiry?: Duration.DurationInput | undefined
  /** @default "60 seconds" */
  readonly keepAlive?: Duration.DurationInput | undefined
  /**
   * How long before the keep-alive time is over a ping is sent; at least half a second.
   *
   * @default a tenth of the keep-alive time
   */
  readonly pingLead?: Duration.DurationInput | undefined
  /**
   * For name resolution, connect and TLS together.
   *
   * @default "30 seconds"
   */
  readonly connectTimeout?: Duration.DurationInput | undefined
  /** @default "10 seconds" */
  readonly connAckTimeout?: Duration.DurationInput | undefined
  /**
   * A server that leaves a packet unacknowledged, or takes none of our bytes, for this long gets a
   * new link.
   *
   * @default "30 seconds"
   */
  readonly acknowledgementTimeout?: Duration.DurationInput | undefined
  /**
   * Most QoS 1 and 2 messages in flight; the server's Receive Maximum may lower it.
   *
   * @default 64
   */
  readonly maxInFlight?: number | undefined
  /**
   * Most incoming QoS 1 and 2 messages that wait for their acknowledgement.
   *
   * @default 64
   */
  readonly receiveMaximum?: number | undefined
  /**
   * The largest packet accepted.
   *
   * @default 16 MiB
   */
  readonly maxPacketBytes?: number | undefined
  /**
   * What a stream holds before its consumer is slow.
   *
   * @default 256
   */
  readonly streamMessages?: number | undefined
  /** @default 4 MiB */
  readonly streamBytes?: number | undefined
  /**
   * QoS 0 messages beyond the streams' own buffers, before reading stops.
   *
   * @default 1 MiB
   */
  readonly readAheadBytes?: number | undefined
  /**
   * How long closing waits for what is in flight.
   *
   * @default "5 seconds"
   */
  readonly drainTimeout?: Duration.DurationInput | undefined
}

/**
 * How to say goodbye. MQTT 5 only; in 3.1.1 a DISCONNECT says nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface DisconnectOptions {
  /**
   * Asks the server to publish the will all the same (reason code 0x04).
   *
   * @default false
   */
  readonly withWill?: boolean | undefined
}
