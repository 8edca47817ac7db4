/**
 * The broker on TCP.
 *
 * @since 0.1.0
 */
export * as NodeBroker from "./NodeBroker.ts"
