/**
 * The demo: a simulated home, two rooms cleaned, and a picture of the map.
 *
 * @since 0.1.0
 */
export * as Demo from "./Demo.ts"
