/**
 * What a broker lets its clients make it hold, and for how long.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * Every bound of a broker. There is no way to switch one off, only to raise it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Limits {
  /**
   * Open connections, including those that have not sent CONNECT. The next eighth (8 at least) are refused as busy when
   * their CONNECT comes; any more are closed at once.
   */
  readonly maxConnections: number
  /** Bytes kept of a CONNECT that is not complete yet. */
  readonly maxConnectBytes: number
  /** Sessions, connected or not. A client that would need one more is refused with "Quota exceeded". */
  readonly maxSessions: number
  /** Length of a client identifier in UTF-16 code units. */
  readonly maxClientIdLength: number
  /** Filters one session may be subscribed to. A SUBSCRIBE with a thousand more than that ends the connection. */
  readonly maxSubscriptionsPerClient: number
  /** Bytes of the filters of one session, and of what holding them costs. */
  readonly maxSubscriptionBytesPerClient: number
  /**
   * User properties of a message. Each is written anew for every subscriber, so that many of them cost far more than
   * their bytes.
   */
  readonly maxUserProperties: number
  /** Levels of a topic name or filter. */
  readonly maxTopicLevels: number
  /** Size of an incoming packet; announced to MQTT 5 clients as Maximum Packet Size. */
  readonly maxPacketBytes: number
  /** Unreleased QoS 2 messages a client may have sent; announced to MQTT 5 clients. 1 to 65535. */
  readonly receiveMaximum: number
  /** Topic aliases a client may define on one connection, and the most that are used towards it. 0 to 65535. */
  readonly topicAliasMaximum: number
  /** QoS 1 and 2 messages on their way to one client, or the client's Receive Maximum where that is lower. */
  readonly maxInFlight: number
  /** Messages that wait for one session: QoS 1 and 2, and QoS 0 counted on their own. */
  readonly maxQueuedMessages: number
  /** Bytes of the QoS 1 and 2 messages that wait for one session or are on their way, and of what holding them costs. */
  readonly maxQueuedBytes: number
  /** Encoded bytes that wait for one connection; beyond it, QoS 0 is dropped and the client is not read. */
  readonly maxOutboundBytes: number
  /** Topics with a retained message. */
  readonly maxRetainedMessages: number
  /** Bytes of all retained messages and their topics, and of what holding them costs. */
  readonly maxRetainedBytes: number
  /**
   * Bytes of everything that all clients together make the broker hold, apart from retained messages: messages that
   * wait, what waits to be written, unfinished packets, filters, wills, aliases. Beyond it, messages are dropped, and a
   * client that would need more is refused or disconnected.
   */
  readonly maxHeldBytes: number
  /** How long a connection may take to send a CONNECT and have it accepted. */
  readonly connectTimeout: Duration.DurationInput
  /** How long a client may leave a write unread before it is cut off. */
  readonly stallTimeout: Duration.DurationInput
  /** Upper bound of every session's expiry, and the expiry of MQTT 3.1.1 sessions that outlive their connection. */
  readonly maxSessionExpiry: Duration.DurationInput
  /** Longest keep-alive; MQTT 5 clients that ask for more, or for none, are told this one. 0 leaves the choice to them. */
  readonly maxKeepAlive: Duration.DurationInput
}

/**
 * The limits of a broker that is given no others.
 *
 * @since 0.1.0
 * @category defaults
 */
export const defaultLimits: Limits = {
  maxConnections: 1000,
  maxConnectBytes: 256 * 1024,
  maxSessions: 10_000,
  maxClientIdLength: 1024,
  maxSubscriptionsPerClient: 1000,
  maxSubscriptionBytesPerClient: 4 * 1024 * 1024,
  maxUserProperties: 1000,
  maxTopicLevels: 32,
  maxPacketBytes: 16 * 1024 * 1024,
  receiveMaximum: 256,
  topicAliasMaximum: 32,
  maxInFlight: 64,
  maxQueuedMessages: 1000,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxOutboundBytes: 1024 * 1024,
  maxRetainedMessages: 10_000,
  maxRetainedBytes: 64 * 1024 * 1024,
  maxHeldBytes: 512 * 1024 * 1024,
  connectTimeout: "10 seconds",
  stallTimeout: "30 seconds",
  maxSessionExpiry: Duration.infinity,
  maxKeepAlive: 0
}
