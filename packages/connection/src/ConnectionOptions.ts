/**
 * How to connect: the options that {@link MqttConnection} and {@link MqttClient} share.
 *
 * @since 0.1.0
 */
import type { WillProperties } from "@effect-mqtt/codec/Properties"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Mechanism } from "./Authentication.ts"
import type { QoS, UserProperty } from "./Message.ts"
import type { AuthError, ConnectError } from "./MqttError.ts"
import type { ProtocolVersion } from "./Negotiated.ts"

export type {
  /**
   * The properties of a will (MQTT 5).
   *
   * @since 0.1.0
   * @category models
   */
  WillProperties
}

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
  readonly qos?: QoS | undefined
  /** @default false */
  readonly retain?: boolean | undefined
  readonly properties?: WillProperties | undefined
}

/**
 * Everything about one connection. Times are durations, sizes are bytes. An option that makes no
 * sense (a bound of 0, `NaN`, a negative time) makes the constructor fail with a {@link ConnectError}
 * of reason `InvalidEndpoint`, whose cause names the option.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionOptions {
  /** Where the server is: `mqtt://host:port`, `mqtts://...`, or whatever else the transport opens. */
  readonly url: PerAttempt<string>
  /**
   * The client identifier; an empty one lets the server choose.
   *
   * @default a random one, the same for every attempt
   */
  readonly clientId?: string | undefined
  /**
   * The user name; up to 65 535 bytes of UTF-8.
   *
   * @default none
   */
  readonly username?: PerAttempt<string> | undefined
  /**
   * The password, as UTF-8. In 3.1.1 it needs a `username` [MQTT-3.1.2-22].
   *
   * @default none
   */
  readonly password?: PerAttempt<Redacted.Redacted<string>> | undefined
  /**
   * Enhanced authentication (MQTT 5), beside or in place of user name and password.
   *
   * @default none
   */
  readonly authentication?: Mechanism | undefined
  /**
   * What the server publishes when this client vanishes. A `willDelayInterval` longer than the session is cut short by
   * its end, which is logged as a warning once.
   *
   * @default none
   */
  readonly will?: PerAttempt<Will> | undefined
  /**
   * Pairs that tell the server something about this client; sent with every CONNECT of MQTT 5, not in 3.1.1.
   *
   * @default none
   */
  readonly userProperties?: PerAttempt<ReadonlyArray<UserProperty>> | undefined
  /**
   * Whether the server may add reason strings and user properties to what goes wrong (MQTT 5); without, only CONNACK,
   * DISCONNECT and messages have them [5 §3.1.2.11.7].
   *
   * @default true
   */
  readonly requestProblemInformation?: boolean | undefined
  /**
   * 4 is MQTT 3.1.1. `"auto"` begins with 5, and tries 3.1.1 once with a server that refuses 5, or that hangs up on the
   * first CONNECTs without a word.
   *
   * @default 5
   */
  readonly protocolVersion?: ProtocolVersion | "auto" | undefined
  /**
   * MQTT 5: how long the server keeps the session, and a will with a delay, without a link. If this
   * is left out, an `MqttConnection` asks for none; an `MqttClient` asks for one hour, and gives the
   * session up when it is closed, unless its `SessionStore` is durable.
   *
   * @default "1 hour" for a client, 0 for a single connection
   */
  readonly sessionExpiry?: Duration.DurationInput | undefined
  /**
   * The longest silence of this client, in whole seconds: when it has nothing to say, it pings. The
   * server may set another time; 0 turns pings off.
   *
   * @default "60 seconds"
   */
  readonly keepAlive?: Duration.DurationInput | undefined
  /**
   * How long before the end of the keep-alive time a ping is sent; at least half a second.
   *
   * @default a tenth of the keep-alive time
   */
  readonly pingLead?: Duration.DurationInput | undefined
  /**
   * The time limit of a whole attempt: the Effects among the options, name resolution, connect, TLS
   * and the server's answer.
   *
   * @default "30 seconds"
   */
  readonly connectTimeout?: Duration.DurationInput | undefined
  /**
   * How long the server may take to answer the CONNECT, and each step of an `authentication` together
   * with its mechanism.
   *
   * @default "10 seconds"
   */
  readonly connAckTimeout?: Duration.DurationInput | undefined
  /**
   * When a server leaves a packet unacknowledged, or takes none of our bytes, for this long, the link
   * is replaced.
   *
   * @default "30 seconds"
   */
  readonly acknowledgementTimeout?: Duration.DurationInput | undefined
  /**
   * The most QoS 1 and 2 messages in flight; the server's Receive Maximum may lower it.
   *
   * @default 64
   */
  readonly maxInFlight?: number | undefined
  /**
   * The most incoming QoS 1 and 2 messages that wait for their acknowledgement.
   *
   * @default 64
   */
  readonly receiveMaximum?: number | undefined
  /**
   * How many topic aliases the server may use towards us (MQTT 5); 0 is none.
   *
   * @default 32
   */
  readonly topicAliasMaximum?: number | undefined
  /**
   * The most topic aliases used towards the server (MQTT 5); its own maximum may lower it, 0 is none.
   *
   * @default 32
   */
  readonly maxTopicAliases?: number | undefined
  /**
   * The largest packet accepted.
   *
   * @default 16 MiB
   */
  readonly maxPacketBytes?: number | undefined
  /**
   * How many messages a stream holds before its consumer counts as slow.
   *
   * @default 256
   */
  readonly streamMessages?: number | undefined
  /**
   * The same in bytes, by topic, payload and properties.
   *
   * @default 4 MiB
   */
  readonly streamBytes?: number | undefined
  /**
   * What is held of QoS 0 messages beyond the streams' own buffers before reading stops, and of QoS 1 and 2
   * messages beyond `receiveMaximum` from a server that exceeds it.
   *
   * @default 1 MiB
   */
  readonly readAheadBytes?: number | undefined
  /**
   * How long closing waits for what is in flight, and the end of a subscription for the server to confirm it.
   *
   * @default "5 seconds"
   */
  readonly drainTimeout?: Duration.DurationInput | undefined
}

/**
 * The reason codes that a client may end a connection with [5 §3.14.2.1].
 *
 * @since 0.1.0
 * @category models
 */
export type DisconnectReasonCode =
  | 0x00
  | 0x04
  | 0x80
  | 0x81
  | 0x82
  | 0x83
  | 0x90
  | 0x93
  | 0x94
  | 0x95
  | 0x96
  | 0x97
  | 0x99

/**
 * How to say goodbye. A 3.1.1 DISCONNECT has no fields, so there only `drain` and the will count. A time that is not a
 * duration, such as `NaN`, is a defect.
 *
 * @since 0.1.0
 * @category models
 */
export interface DisconnectOptions {
  /**
   * Has the server publish the will all the same: by reason code 0x04, or in 3.1.1 by ending without a
   * DISCONNECT. Closing the scope does that if it ends in a failure other than an interruption.
   *
   * @default false
   */
  readonly withWill?: boolean | undefined
  /**
   * With every code but 0x00 the server publishes the will.
   *
   * @default 0x00, or 0x04 with `withWill`
   */
  readonly reasonCode?: DisconnectReasonCode | undefined
  /** Left out if the packet would be too large for the server. */
  readonly reasonString?: string | undefined
  /**
   * How long the server is to keep the session from now on. Has no effect on a connection that asked
   * for no session at all [5 §3.14.2.2.2].
   *
   * @default what the connection asked for; a client whose `sessionExpiry` is not set gives it up
   */
  readonly sessionExpiry?: Duration.DurationInput | undefined
  /**
   * How long to wait for what is in flight; 0 closes at once.
   *
   * @default the `drainTimeout` of the connection
   */
  readonly drain?: Duration.DurationInput | undefined
}
