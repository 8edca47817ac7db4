/**
 * One side of a link without a client library: counts and acknowledges what comes, and sends blocks of messages that were
 * built before. The stub server and the reference rows are made of it.
 */
import type { ProtocolVersion, QoS } from "@effect-mqtt/codec"
import type { Socket } from "node:net"
import { endTopic, payloadBytes, sendTopic, type Wish } from "./job.ts"

const nothing = Buffer.alloc(0)
const slabBytes = 65_536

/** Messages to all topics in a row, and where their packet identifiers go. */
interface Block {
  readonly bytes: Buffer
  readonly messages: number
  /** Of every message, and behind the last one. */
  readonly starts: ReadonlyArray<number>
  readonly idOffset: (index: number) => number
}

const publishBytes = (topic: string, qos: QoS.QoS, properties: ReadonlyArray<number> | undefined): Buffer => {
  const variable = Buffer.from([
    topic.length >> 8,
    topic.length & 0xff,
    ...Buffer.from(topic),
    ...(qos > 0 ? [0, 0] : []),
    ...(properties === undefined ? [] : [properties.length, ...properties])
  ])
  const remaining = variable.length + payloadBytes
  if (remaining > 127) throw new Error("a message of the benchmark has a Remaining Length of one byte")
  return Buffer.concat([Buffer.from([0x30 | qos << 1, remaining]), variable, Buffer.alloc(payloadBytes, 0x61)])
}

const makeBlock = (
  topics: ReadonlyArray<string>,
  qos: QoS.QoS,
  properties: ReadonlyArray<number> | undefined
): Block => {
  const messages = topics.map((topic) => publishBytes(topic, qos, properties))
  const starts = [0]
  for (const message of messages) starts.push(starts[starts.length - 1] + message.length)
  return {
    bytes: Buffer.concat(messages),
    messages: messages.length,
    starts,
    idOffset: (index) => starts[index] + 4 + topics[index].length
  }
}

interface Feed {
  readonly block: Block
  readonly qos: QoS.QoS
  readonly count: number
  readonly inFlight: number
  readonly onDone: () => void
  sent: number
  finished: number
}

export interface Hooks {
  /** Any packet but those of a PUBLISH exchange; `end` is behind its last byte. */
  readonly onPacket: (type: number, bytes: Buffer, start: number, end: number) => void
  /** A message to the topic that asks for messages. */
  readonly onWish: (payload: Buffer) => void
}

export class RawEndpoint {
  version: ProtocolVersion.ProtocolVersion = 4
  /** Messages that came. */
  received = 0
  /** Messages of all feeds that were sent and acknowledged to the end. */
  finished = 0
  /** Whether PUBLISH packets are acknowledged. */
  acknowledges = true
  /** Called with the first byte and the identifier of each QoS 1 or 2 message. */
  onPublish: ((firstByte: number, id: number) => void) | undefined
  readonly #socket: Socket
  readonly #hooks: Hooks
  #rest: Buffer = nothing
  #answers: Buffer = nothing
  #answered = 0
  #taken = 0
  #feed: Feed | undefined
  #lastId = 0

  constructor(socket: Socket, hooks: Hooks) {
    this.#socket = socket
    this.#hooks = hooks
    socket.setNoDelay(true)
    socket.on("data", (chunk) => this.#read(chunk))
    socket.on("drain", () => this.#pump())
  }

  /** Sends so many messages, to all topics in turn. `properties` are those of MQTT 5, encoded. */
  send(
    { count, inFlight, qos }: Wish,
    topics: ReadonlyArray<string>,
    properties?: ReadonlyArray<number>
  ): Promise<void> {
    return new Promise((resolve) => {
      // The last acknowledgements of the messages before may have come in the read that asks for these.
      this.#endFeed()
      const block = makeBlock(topics, qos, properties)
      this.#feed = { block, qos, count, inFlight, onDone: resolve, sent: 0, finished: 0 }
      this.#pump()
    })
  }

  answer(firstByte: number, id: number): void {
    if (this.#answered + 4 > this.#answers.length) this.#refill()
    const bytes = this.#answers
    const at = this.#answered
    bytes[at] = firstByte
    bytes[at + 1] = 2
    bytes[at + 2] = id >> 8
    bytes[at + 3] = id & 0xff
    this.#answered = at + 4
  }

  #refill(): void {
    this.#flush()
    this.#answers = Buffer.allocUnsafeSlow(slabBytes)
    this.#answered = 0
    this.#taken = 0
  }

  #flush(): void {
    if (this.#answered === this.#taken) return
    this.#socket.write(this.#answers.subarray(this.#taken, this.#answered))
    this.#taken = this.#answered
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const length = bytes.length
    let at = 0
    while (at + 2 <= length) {
      let position = at + 1
      let remaining = 0
      let shift = 0
      let byte = 0x80
      while (byte >= 0x80 && position < length) {
        byte = bytes[position++]
        remaining |= (byte & 0x7f) << shift
        shift += 7
      }
      const end = position + remaining
      if (byte >= 0x80 || end > length) break
      this.#handle(bytes, bytes[at], position, end)
      at = end
    }
    this.#rest = at === length ? nothing : bytes.subarray(at)
    this.#flush()
    if (this.#feed !== undefined) this.#pump()
  }

  #handle(bytes: Buffer, firstByte: number, start: number, end: number): void {
    const id = bytes[start] << 8 | bytes[start + 1]
    switch (firstByte >> 4) {
      case 3:
        return this.#onPublish(bytes, firstByte, start, end)
      case 5:
        return this.answer(0x62, id)
      case 6:
        return this.answer(0x70, id)
      case 4:
      case 7:
        if (this.#feed === undefined) return
        this.#feed.finished++
        return
      default:
        this.#hooks.onPacket(firstByte >> 4, bytes, start, end)
    }
  }

  #onPublish(bytes: Buffer, firstByte: number, start: number, end: number): void {
    const topicBytes = bytes[start] << 8 | bytes[start + 1]
    const qos = (firstByte >> 1) & 3
    const behindTopic = start + 2 + topicBytes
    const initial = bytes[start + 2]
    if (initial === sendTopic.charCodeAt(0)) {
      // The properties of an MQTT 5 message are empty here: one byte.
      this.#hooks.onWish(bytes.subarray(behindTopic + (qos > 0 ? 2 : 0) + (this.version === 5 ? 1 : 0), end))
    } else if (initial !== endTopic.charCodeAt(0)) this.received++
    if (qos === 0) return
    const id = bytes[behindTopic] << 8 | bytes[behindTopic + 1]
    this.onPublish?.(firstByte, id)
    if (this.acknowledges) this.answer(qos === 1 ? 0x40 : 0x50, id)
  }

  #pump(): void {
    const feed = this.#feed
    if (feed === undefined) return
    while (feed.sent < feed.count && !this.#socket.writableNeedDrain) {
      const room = feed.qos === 0 ? Infinity : feed.inFlight - (feed.sent - feed.finished)
      const first = feed.sent % feed.block.messages
      const messages = Math.min(feed.block.messages - first, feed.count - feed.sent, room)
      if (messages <= 0) return
      this.#socket.write(this.#take(feed, first, messages))
      feed.sent += messages
      if (feed.qos === 0) feed.finished += messages
    }
    this.#endFeed()
  }

  #endFeed(): void {
    const feed = this.#feed
    if (feed === undefined || feed.finished < feed.count) return
    this.#feed = undefined
    this.finished += feed.finished
    feed.onDone()
  }

  #take({ block, qos }: Feed, first: number, messages: number): Buffer {
    const bytes = block.bytes.subarray(block.starts[first], block.starts[first + messages])
    if (qos === 0) return bytes
    const copy = Buffer.from(bytes)
    for (let index = first; index < first + messages; index++) {
      this.#lastId = this.#lastId === 65_535 ? 1 : this.#lastId + 1
      const at = block.idOffset(index) - block.starts[first]
      copy[at] = this.#lastId >> 8
      copy[at + 1] = this.#lastId & 0xff
    }
    return copy
  }
}
