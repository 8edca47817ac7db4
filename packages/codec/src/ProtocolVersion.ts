/**
 * The two protocol versions this codec speaks.
 *
 * @since 0.1.0
 */

/**
 * The protocol level byte of CONNECT: `4` is MQTT 3.1.1, `5` is MQTT 5.0.
 *
 * @since 0.1.0
 * @category models
 */
export type ProtocolVersion = 4 | 5

/**
 * Tells whether a number is a protocol level this codec speaks.
 *
 * @since 0.1.0
 * @category guards
 */
export const isProtocolVersion = (level: number): level is ProtocolVersion => level === 4 || level === 5

/**
 * The name people use for a version: `"3.1.1"` or `"5.0"`.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toText = (version: ProtocolVersion): "3.1.1" | "5.0" => version === 4 ? "3.1.1" : "5.0"
