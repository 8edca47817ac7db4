/** A message on its way to the streams that want it. */
import type { Message } from "../../../Message.ts"
import type { Pending } from "../../../Session.ts"
import { heldBytes } from "../../session/receiving/heldBytes.ts"

export interface Delivery {
  readonly message: Message
  /** Undefined where the server waits for no acknowledgement: at QoS 0, or when its session is lost. */
  pending: Pending | undefined
  /** Streams that have not taken responsibility; the last one to do so lets it be acknowledged. */
  remaining: number
  /** Zero until one of them refuses it: the first refusal counts. */
  reasonCode: number
  /** What it takes of a buffer. */
  readonly bytes: number
}

export const make = (message: Message, pending: Pending | undefined, remaining: number): Delivery => ({
  message,
  pending,
  remaining,
  reasonCode: 0,
  bytes: heldBytes(message)
})

/** Whether the server has to be told about it. */
export const isPending = (delivery: Delivery): boolean => delivery.pending !== undefined
