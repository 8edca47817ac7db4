/**
 * What a broker offers its clients, for trying out how a program gets on with less.
 *
 * @since 0.1.0
 */
import type { QoS } from "@effect-mqtt/connection/Message"

/**
 * What a broker offers. MQTT 5 clients are told in CONNACK (section 3.2.2.3); the use of what is not offered is refused
 * with the reason code for that.
 *
 * @since 0.1.0
 * @category models
 */
export interface Capabilities {
  /** A will above it is refused, a PUBLISH above it ends the connection, subscriptions are granted at most this. */
  readonly maximumQoS: QoS
  /** Whether messages may be retained. */
  readonly retain: boolean
  /** Whether filters may have `+` and `#`. */
  readonly wildcardSubscriptions: boolean
  /** Whether MQTT 5 clients may number their subscriptions. */
  readonly subscriptionIdentifiers: boolean
  /** Whether filters may begin with `$share`. */
  readonly sharedSubscriptions: boolean
}

/**
 * Everything that MQTT has.
 *
 * @since 0.1.0
 * @category defaults
 */
export const all: Capabilities = {
  maximumQoS: 2,
  retain: true,
  wildcardSubscriptions: true,
  subscriptionIdentifiers: true,
  sharedSubscriptions: true
}
