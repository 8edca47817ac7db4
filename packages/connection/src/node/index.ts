/**
 * Sessions in files.
 *
 * @since 0.1.0
 */
export * as FileSessionStore from "./FileSessionStore.ts"

/**
 * The MQTT client over Node's sockets.
 *
 * @since 0.1.0
 */
export * as NodeMqttClient from "./NodeMqttClient.ts"

/**
 * Transports over Node's own sockets.
 *
 * @since 0.1.0
 */
export * as NodeTransport from "./NodeTransport.ts"

/**
 * What the transport of Node needs besides the endpoint.
 *
 * @since 0.1.0
 */
export * as NodeTransportOptions from "./NodeTransportOptions.ts"
