/** Whether a publish may wait while there is no link, and what makes room for it. */
import type { PublishError } from "../../../MqttError.ts"
import type { Entry } from "./publication.ts"
import { failure } from "./publishOutcome.ts"
import type { SendQueue } from "./sendQueue.ts"
import type { Settlement } from "./settlement.ts"

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

export class Admission {
  private readonly queue: SendQueue<Entry>
  private readonly limits: QueueLimits
  private readonly settlement: Settlement

  constructor(queue: SendQueue<Entry>, limits: QueueLimits, settlement: Settlement) {
    this.queue = queue
    this.limits = limits
    this.settlement = settlement
  }

  admit(now: number, entry: Entry): boolean {
    const { queueOverflow } = this.limits
    if (queueOverflow === "wait" || !this.isFull(entry)) return true
    this.dropFirst(now, "Expired", (first) => first.isExpired(now))
    if (queueOverflow === "dropOldest") this.dropFirst(now, "QueueFull", () => this.isFull(entry))
    return !this.isFull(entry)
  }

  private isFull(entry: Entry): boolean {
    return this.queue.count >= this.limits.queueMessages ||
      this.queue.bytes + entry.size > this.limits.queueBytes
  }

  private dropFirst(now: number, reason: PublishError["reason"], isDropped: (first: Entry) => boolean): void {
    for (let first = this.queue.first(); first !== undefined && isDropped(first); first = this.queue.first()) {
      this.queue.shift()
      this.settlement.refuse(now, first, failure(first.message, reason))
    }
  }
}
