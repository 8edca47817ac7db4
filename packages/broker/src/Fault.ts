/**
 * What can be made to go wrong between a broker and its clients, for tests of how a program copes.
 *
 * @since 0.1.0
 */
import type { PacketType } from "@effect-mqtt/codec/Packet"
import type * as Duration from "effect/Duration"
import type { ConnectRefusal } from "./AccessControl.ts"

/**
 * Which way the bytes go.
 *
 * @since 0.1.0
 * @category models
 */
export type Direction = "toClient" | "fromClient"

/**
 * Whom a fault concerns, and how often.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultOptions {
  /** Only this client. @default every connection, even before its CONNECT */
  readonly clientId?: string | undefined
  /** After this many times it is over: refusals, packets, delays or cut connections. @default without end */
  readonly times?: number | undefined
}

/**
 * One thing that goes wrong while it is injected with `inject` of the broker.
 *
 * - `Refuse`: a CONNECT is answered with this refusal; nobody is asked for credentials.
 * - `Drop`: packets vanish, all of them or those of one type. Dropping all makes a link that is only half open.
 * - `Delay`: what is read or written at once arrives later, in order.
 * - `Cut`: once `afterBytes` have passed, counted over the connections that it concerns, the connection that the last
 *   one passed over breaks, in the middle of a packet if need be. Counting then starts again.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault =
  & FaultOptions
  & (
    | { readonly _tag: "Refuse"; readonly reason: ConnectRefusal }
    | { readonly _tag: "Drop"; readonly direction: Direction; readonly packet?: PacketType | undefined }
    | { readonly _tag: "Delay"; readonly direction: Direction; readonly duration: Duration.DurationInput }
    | { readonly _tag: "Cut"; readonly direction: Direction; readonly afterBytes: number }
  )

/**
 * Clients are not let in.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refuse = (reason: ConnectRefusal, options: FaultOptions = {}): Fault => ({
  _tag: "Refuse",
  reason,
  ...options
})

/**
 * Packets vanish: those of one type, or all.
 *
 * @since 0.1.0
 * @category constructors
 */
export const drop = (
  direction: Direction,
  options: FaultOptions & { readonly packet?: PacketType | undefined } = {}
): Fault => ({ _tag: "Drop", direction, ...options })

/**
 * Bytes arrive later.
 *
 * @since 0.1.0
 * @category constructors
 */
export const delay = (
  direction: Direction,
  duration: Duration.DurationInput,
  options: FaultOptions = {}
): Fault => ({ _tag: "Delay", direction, duration, ...options })

/**
 * The connection breaks after this many bytes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const cut = (direction: Direction, afterBytes: number, options: FaultOptions = {}): Fault => ({
  _tag: "Cut",
  direction,
  afterBytes,
  ...options
})
