/**
 * The broker on TCP and WebSocket, with or without TLS.
 *
 * @since 0.1.0
 */
export * as NodeBroker from "./NodeBroker.ts"
