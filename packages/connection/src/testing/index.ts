/**
 * Checks for transports.
 *
 * @since 0.1.0
 */
export * as TransportSuite from "./TransportSuite.ts"
