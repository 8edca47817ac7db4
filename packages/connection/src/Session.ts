/**
 * The MQTT client session as a plain synchronous machine: packets and time in, bytes and deliveries
 * out. It has no socket, timer, promise or fiber, so any event loop can drive it, and a test can run
 * it byte by byte under a clock of its own.
 *
 * {@link MqttClient} and {@link MqttConnection} are thin shells around it; use it directly only
 * to build something like them. All instants are milliseconds of one clock that never goes back.
 * Callbacks run inside the call that causes them; they must not throw, and may call the session.
 *
 * @since 0.1.0
 */
import type * as contract from "./internal/session/contract.ts"
import type * as authentications from "./internal/session/linking/authentication.ts"
import * as machine from "./internal/session/machine.ts"
import type * as operations from "./internal/session/operations.ts"
import type * as publications from "./internal/session/sending/publication.ts"
import type * as traffics from "./internal/session/traffic.ts"

/**
 * An unacknowledged QoS 1 or 2 message; hand it to {@link Session.accept} when its consumer has
 * taken responsibility.
 *
 * @since 0.1.0
 * @category models
 */
export type Pending = contract.Pending

/**
 * A publish that was handed over. A message that is abandoned while it waits for its turn is never
 * sent; any other exchange goes on without its caller.
 *
 * @since 0.1.0
 * @category models
 */
export type Publication = publications.Publication

/**
 * How a SUBSCRIBE or UNSUBSCRIBE ended: answered with one reason code per filter, refused locally
 * because it cannot be sent, or cut off by the loss of the link.
 *
 * @since 0.1.0
 * @category models
 */
export type OperationOutcome = operations.OperationOutcome

/**
 * What the mechanism of an enhanced authentication has to do next: answer a `Challenge` with
 * {@link Session.authenticate}, or let the server in on `Success` with the same call. Either may be
 * refused with {@link Session.refuse} instead.
 *
 * @since 0.1.0
 * @category models
 */
export type AuthenticationStep = authentications.AuthenticationStep

/**
 * Counts of packets, bytes and publishes; they only grow.
 *
 * @since 0.1.0
 * @category models
 */
export type Traffic = traffics.Traffic

/**
 * Bounds and time-outs of a session, and what it calls back. Times are milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export type Options = contract.Options

/**
 * What a durable session has found in its store.
 *
 * @since 0.1.0
 * @category models
 */
export type Restored = contract.Restored

/**
 * The machine. One link at a time: `open`, then `receive` and `tick` until `ended` says why it is
 * over or the transport breaks, then `lost`. What it holds survives to the next `open`.
 *
 * @since 0.1.0
 * @category models
 */
export type Session = contract.Session

/**
 * Makes a session without a link.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (options: Options) => Session = machine.make
