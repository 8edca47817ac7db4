/**
 * Enhanced authentication of MQTT 5: mechanisms of as many steps as they need.
 *
 * @since 0.1.0
 */
export * as Authentication from "./Authentication.ts"

/**
 * What happens to a client, event by event.
 *
 * @since 0.1.0
 */
export * as ClientEvent from "./ClientEvent.ts"

/**
 * Metrics of all clients and connections of a program.
 *
 * @since 0.1.0
 */
export * as ClientMetrics from "./ClientMetrics.ts"

/**
 * How a client connects, reconnects, queues and subscribes.
 *
 * @since 0.1.0
 */
export * as ClientOptions from "./ClientOptions.ts"

/**
 * Figures of a client.
 *
 * @since 0.1.0
 */
export * as ClientStats from "./ClientStats.ts"

/**
 * How to connect: options of connections and clients.
 *
 * @since 0.1.0
 */
export * as ConnectionOptions from "./ConnectionOptions.ts"

/**
 * What a client is doing right now.
 *
 * @since 0.1.0
 */
export * as ConnectionStatus from "./ConnectionStatus.ts"

/**
 * Where a server listens: a parsed MQTT URL.
 *
 * @since 0.1.0
 */
export * as Endpoint from "./Endpoint.ts"

/**
 * A value that changes, and that others watch.
 *
 * @since 0.1.0
 */
export * as LiveValue from "./LiveValue.ts"

/**
 * Application messages, and how they are published and subscribed to.
 *
 * @since 0.1.0
 */
export * as Message from "./Message.ts"

/**
 * The MQTT client that survives drops.
 *
 * @since 0.1.0
 */
export * as MqttClient from "./MqttClient.ts"

/**
 * Exactly one network connection, for programs that manage links themselves.
 *
 * @since 0.1.0
 */
export * as MqttConnection from "./MqttConnection.ts"

/**
 * Every failure that this package puts into a type.
 *
 * @since 0.1.0
 */
export * as MqttError from "./MqttError.ts"

/**
 * The settings of one link, as client and server agreed on them.
 *
 * @since 0.1.0
 */
export * as Negotiated from "./Negotiated.ts"

/**
 * How values become payloads and payloads become values.
 *
 * @since 0.1.0
 */
export * as PayloadCodec from "./PayloadCodec.ts"

/**
 * Opening a wire through a proxy.
 *
 * @since 0.1.0
 */
export * as Proxy from "./Proxy.ts"

/**
 * When a client tries again.
 *
 * @since 0.1.0
 */
export * as Reconnect from "./Reconnect.ts"

/**
 * Requests: the options of `MqttClient.request`.
 *
 * @since 0.1.0
 */
export * as Request from "./Request.ts"

/**
 * The other side of a request: answering it.
 *
 * @since 0.1.0
 */
export * as Responder from "./Responder.ts"

/**
 * The MQTT client session as a plain synchronous machine.
 *
 * @since 0.1.0
 */
export * as Session from "./Session.ts"

/**
 * Where a client keeps its half of the session.
 *
 * @since 0.1.0
 */
export * as SessionStore from "./SessionStore.ts"

/**
 * A subscription and its messages.
 *
 * @since 0.1.0
 */
export * as Subscription from "./Subscription.ts"

/**
 * What holds for every message of a client, or for those of some topics.
 *
 * @since 0.1.0
 */
export * as TopicDefaults from "./TopicDefaults.ts"

/**
 * W3C trace context in the user properties of messages.
 *
 * @since 0.1.0
 */
export * as TraceContext from "./TraceContext.ts"

/**
 * The pluggable socket.
 *
 * @since 0.1.0
 */
export * as Transport from "./Transport.ts"

/**
 * One link: a duplex of bytes that a Scope owns.
 *
 * @since 0.1.0
 */
export * as Wire from "./Wire.ts"
