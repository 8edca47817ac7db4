import type { Message } from "./message.ts"
import { keep } from "./message.ts"

/** What everything that clients make the broker hold costs together, apart from retained messages. */
export class Ledger {
  bytes = 0
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get isFull(): boolean {
    return this.bytes > this.maxBytes
  }

  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.maxBytes
  }

  add(bytes: number): void {
    this.bytes += bytes
  }

  subtract(bytes: number): void {
    this.bytes -= bytes
  }

  /** A message that many wait for is there once. */
  hold(message: Message): void {
    if (message.copies++ === 0) {
      keep(message)
      this.bytes += message.bytes
    }
    this.bytes += copyCost
  }

  release(message: Message): void {
    if (--message.copies === 0) this.bytes -= message.bytes
    this.bytes -= copyCost
  }
}

/** What a message costs each session that waits for it. */
const copyCost = 64
