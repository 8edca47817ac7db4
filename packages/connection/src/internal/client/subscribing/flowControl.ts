/**
 * What all streams of one client share: the read-ahead, in which QoS 0 messages are parked that find
 * their stream full, and the way back to the session for those that are acknowledged.
 */
import type { Pending, Session } from "../../../Session.ts"
import type { AckOutcome } from "../../../Subscription.ts"
import type { Intake } from "../engine/engine.ts"
import type { Notify } from "../observing/notices.ts"
import type { Delivery } from "./delivery.ts"

export interface Bounds {
  readonly bufferMessages: number
  readonly bufferBytes: number
  readonly readAheadBytes: number
}

export interface FlowControl {
  readonly bounds: Bounds
  readonly now: () => number
  /** Runs something that makes the session write. */
  readonly pass: <A>(run: () => A) => A
  /** The same for an acknowledgement, of which there may be many in a turn. */
  readonly passOfMany: <A>(run: () => A) => A
  /** A stream takes responsibility, or with a reason code other than 0 refuses. */
  readonly settle: (delivery: Delivery, reasonCode: number) => AckOutcome
  /** Takes up room in the read-ahead, or gives it back. */
  readonly park: (bytes: number) => void
  readonly unpark: (bytes: number) => void
  readonly isFull: () => boolean
  /** Whether a QoS 0 message of this size has a place. */
  readonly hasRoom: (bytes: number) => boolean
  /** The message that keeps the server from sending more. */
  readonly blockedBy: () => Pending | undefined
  readonly notify: Notify
  /** The client is being closed: what nobody has worked on is the next session's. */
  readonly isClosing: () => boolean
}

export const make = (
  bounds: Bounds,
  session: Session,
  pump: Intake,
  isClosing: () => boolean,
  notify: Notify
): FlowControl => {
  let parkedBytes = 0
  return {
    bounds,
    now: () => pump.now(),
    pass: (run) => pump.pass(run),
    passOfMany: (run) => pump.passOfMany(run),
    settle: (delivery, reasonCode) => {
      const { message, pending } = delivery
      delivery.remaining--
      if (pending === undefined) return message.qos === 0 ? "acknowledged" : "stale"
      if (delivery.reasonCode === 0) delivery.reasonCode = reasonCode
      if (delivery.remaining > 0) return "acknowledged"
      return session.accept(pending, delivery.reasonCode) ? "acknowledged" : "stale"
    },
    park: (bytes) => {
      parkedBytes += bytes
    },
    unpark: (bytes) => {
      parkedBytes -= bytes
      pump.wakeReader()
    },
    isFull: () => parkedBytes >= bounds.readAheadBytes,
    hasRoom: (bytes) => parkedBytes + bytes <= bounds.readAheadBytes,
    blockedBy: () => session.blockedBy(),
    notify,
    isClosing
  }
}
