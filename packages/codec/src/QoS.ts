/**
 * Quality of service levels.
 *
 * @since 0.1.0
 */

/**
 * `0` at most once, `1` at least once, `2` exactly once (section 4.3).
 *
 * @since 0.1.0
 * @category models
 */
export type QoS = 0 | 1 | 2

/**
 * Tells whether a number is a quality of service level.
 *
 * @since 0.1.0
 * @category guards
 */
export const isQoS = (level: number): level is QoS => level === 0 || level === 1 || level === 2

/**
 * The lower of two levels: what a subscriber gets is the lower of published and granted (section 3.8.4).
 *
 * @since 0.1.0
 * @category combinators
 */
export const min = (self: QoS, that: QoS): QoS => self < that ? self : that
