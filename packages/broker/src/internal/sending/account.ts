import type { Ledger } from "../messages/ledger.ts"
import type { Message } from "../messages/message.ts"

/** What a session holds of one kind of delivery, and how much of it may be. */
export class Account {
  /** In the queue. */
  private messages = 0
  /** In the queue or on their way. */
  private bytes = 0
  private readonly ledger: Ledger
  private readonly maxMessages: number
  private readonly maxBytes: number

  constructor(ledger: Ledger, maxMessages: number, maxBytes: number) {
    this.ledger = ledger
    this.maxMessages = maxMessages
    this.maxBytes = maxBytes
  }

  /** A single message always fits. */
  hasRoom(bytes: number): boolean {
    return this.messages < this.maxMessages && (this.bytes === 0 || this.bytes + bytes <= this.maxBytes)
  }

  enqueue(message: Message): void {
    this.messages++
    this.bytes += message.bytes
    this.ledger.hold(message)
  }

  /** It waits no longer, but is still held. */
  dequeue(): void {
    this.messages--
  }

  release(message: Message): void {
    this.bytes -= message.bytes
    this.ledger.release(message)
  }
}
