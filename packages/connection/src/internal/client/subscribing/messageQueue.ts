/**
 * Messages that wait for the consumer of one stream, within bounds.
 *
 * By default QoS 1 and 2 messages always find room, since Receive Maximum bounds them. A QoS 0 message
 * that finds the buffer full is parked in the read-ahead, which all streams of a client share; while
 * that is full the client stops reading, and only if it must go on (an answer is awaited) the newest
 * QoS 0 messages are dropped. The other overflow policies drop instead.
 */
import type { Overflow } from "../../../Message.ts"
import type { Delivery } from "./delivery.ts"
import * as deliveries from "./delivery.ts"
import type { FlowControl } from "./flowControl.ts"
import type { MessageBuffer } from "./messageBuffer.ts"
import * as buffers from "./messageBuffer.ts"

/** `pulled`, `received`: as the option says. `manual`: the consumer settles each message itself. */
export type Acceptance = "pulled" | "received" | "manual"

export interface QueueSettings {
  readonly acceptance: Acceptance
  readonly overflow: Overflow
  readonly bufferMessages: number
  readonly bufferBytes: number
  /** What the stream is known by to the outside. */
  readonly filters: ReadonlyArray<string>
  /** The buffer was full, and `overflow` is `fail`. */
  readonly onOverflow: () => void
}

/** Quota exceeded [5 §3.4.2.1]. */
const overflowCode = 0x97

export class MessageQueue {
  readonly #buffer: MessageBuffer
  readonly #flow: FlowControl
  readonly #settings: QueueSettings
  #parkedBytes = 0
  #overflowed = 0
  #starved = 0

  constructor(flow: FlowControl, settings: QueueSettings) {
    this.#buffer = settings.overflow === "latestPerTopic" ? buffers.makeLatestPerTopic() : buffers.makeInOrder()
    this.#flow = flow
    this.#settings = settings
  }

  get size(): number {
    return this.#buffer.size()
  }

  /** Whether it takes up room in the read-ahead. */
  get isParked(): boolean {
    return this.#parkedBytes > 0
  }

  /** Puts the message in; `mayDrop` says whether reading cannot stop now, and is asked only where that counts. */
  offer(delivery: Delivery, mayDrop: () => boolean): void {
    const bytes = delivery.bytes
    switch (this.#settings.overflow) {
      case "backpressure":
        return this.#isFullFor(bytes) ? this.#park(delivery, bytes, mayDrop) : this.#add(delivery)
      case "dropNewest":
        return this.#isFullFor(bytes) ? this.#drop(delivery) : this.#add(delivery)
      case "fail":
        if (!this.#isFullFor(bytes)) return this.#add(delivery)
        this.#drop(delivery)
        return this.#settings.onOverflow()
      case "dropOldest":
      case "latestPerTopic":
        this.#add(delivery)
        while (this.#isOver(this.#buffer.size(), this.#buffer.bytes())) {
          const oldest = this.#buffer.takeFirst()
          if (oldest !== undefined) this.#drop(oldest)
        }
    }
  }

  takeAll(): ReadonlyArray<Delivery> {
    const taken = this.#buffer.takeAll()
    this.#unpark(this.#parkedBytes)
    return taken
  }

  takeFirst(): Delivery | undefined {
    const first = this.#buffer.takeFirst()
    if (first !== undefined) this.#unpark(first.bytes)
    return first
  }

  /** Puts back what was taken, before everything else. */
  putBack(deliveries: ReadonlyArray<Delivery>): void {
    for (const replaced of this.#buffer.putBack(deliveries)) this.#drop(replaced)
  }

  /** Takes out those that are not to be kept. */
  retain(isKept: (delivery: Delivery) => boolean): void {
    this.#buffer.retain(isKept)
  }

  all(): ReadonlyArray<Delivery> {
    return this.#buffer.all()
  }

  /** The session is lost: no Receive Maximum bounds its messages any more, so they may fill the buffer, not more. */
  sessionLost(): void {
    let messages = 0
    let bytes = 0
    for (const delivery of this.#buffer.all()) {
      if (delivery.message.qos === 0) continue
      messages++
      bytes += delivery.bytes
    }
    this.#buffer.retain((delivery) => {
      delivery.pending = undefined
      if (delivery.message.qos === 0 || !this.#isOver(messages, bytes)) return true
      messages--
      bytes -= delivery.bytes
      this.#overflowed++
      return false
    })
  }

  /** Tells of what was dropped since the last time. */
  report(): void {
    this.#notify("Overflow", this.#overflowed)
    this.#notify("ReadAheadFull", this.#starved)
    this.#overflowed = 0
    this.#starved = 0
  }

  #notify(cause: "Overflow" | "ReadAheadFull", count: number): void {
    if (count > 0) this.#flow.notify({ _tag: "Dropped", cause, filters: this.#settings.filters, count })
  }

  #isOver(size: number, bytes: number): boolean {
    return size > this.#settings.bufferMessages || (size > 1 && bytes > this.#settings.bufferBytes)
  }

  #isFullFor(bytes: number): boolean {
    return this.#isOver(this.#buffer.size() + 1, this.#buffer.bytes() + bytes)
  }

  #add(delivery: Delivery): void {
    const replaced = this.#buffer.add(this.#placed(delivery))
    if (replaced !== undefined) this.#drop(replaced)
  }

  /** In the buffer it is received, if that is what counts. */
  #placed(delivery: Delivery): Delivery {
    if (this.#settings.acceptance !== "received" || delivery.pending === undefined) return delivery
    const { message } = delivery
    this.#flow.settle(delivery, 0)
    return deliveries.make(message, undefined, 1)
  }

  #park(delivery: Delivery, bytes: number, mayDrop: () => boolean): void {
    if (delivery.pending === undefined) {
      if (!this.#flow.hasRoom(bytes) && mayDrop()) {
        this.#starved++
        return
      }
      this.#parkedBytes += bytes
      this.#flow.park(bytes)
    }
    // What is received only when there is room for it stays unacknowledged until then.
    this.#buffer.add(delivery)
  }

  #unpark(bytes: number): void {
    if (this.#parkedBytes === 0) return
    const freed = Math.min(this.#parkedBytes, bytes)
    this.#parkedBytes -= freed
    this.#flow.unpark(freed)
  }

  #drop(delivery: Delivery): void {
    this.#overflowed++
    this.#flow.settle(delivery, overflowCode)
  }
}
