/** Whether a publish may wait while there is no link, and what makes room for it. */
import type { PublishError } from "../../MqttError.ts"
import type { Entry } from "./publication.ts"
import type { SendQueue } from "./sendQueue.ts"

export interface QueueLimits {
  /** Publishes that wait while there is no link. */
  readonly queueMessages: number
  readonly queueBytes: number
  /**
   * What happens to one more: it fails, or those that have waited longest fail instead, or there is no bound but
   * the callers that wait.
   */
  readonly queueOverflow: "fail" | "dropOldest" | "wait"
}

export type Admit = (now: number, entry: Entry) => boolean

/** `refuse` settles what was taken out of the queue. */
export const make = (
  queue: SendQueue<Entry>,
  { queueBytes, queueMessages, queueOverflow }: QueueLimits,
  refuse: (now: number, entry: Entry, reason: PublishError["reason"]) => void
): Admit => {
  const isFull = (entry: Entry) => queue.count() >= queueMessages || queue.bytes() + entry.size > queueBytes

  const dropFirst = (now: number, reason: PublishError["reason"], isDropped: (first: Entry) => boolean) => {
    for (let first = queue.first(); first !== undefined && isDropped(first); first = queue.first()) {
      queue.shift()
      refuse(now, first, reason)
    }
  }

  return (now, entry) => {
    if (queueOverflow === "wait" || !isFull(entry)) return true
    dropFirst(now, "Expired", (first) => first.isExpired(now))
    if (queueOverflow === "dropOldest") dropFirst(now, "QueueFull", () => isFull(entry))
    return !isFull(entry)
  }
}
