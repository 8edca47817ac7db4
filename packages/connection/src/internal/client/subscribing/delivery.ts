/** A message on its way to the streams that want it. */
import type { Message } from "../../../Message.ts"
import type { Pending } from "../../../Session.ts"

export interface Delivery {
  readonly message: Message
  /** Undefined where the server waits for no acknowledgement: at QoS 0, or when its session is lost. */
  pending: Pending | undefined
  /** Streams that have not taken responsibility; the last one to do so lets it be acknowledged. */
  remaining: number
  /** Zero until one of them refuses it: the first refusal counts. */
  reasonCode: number
}

export const make = (message: Message, pending: Pending | undefined, remaining: number): Delivery => ({
  message,
  pending,
  remaining,
  reasonCode: 0
})

/** What it takes of a buffer. */
export const bytesOf = ({ message }: Delivery): number => message.payload.length + message.topic.length

/** Whether the server has to be told about it. */
export const isPending = (delivery: Delivery): boolean => delivery.pending !== undefined
