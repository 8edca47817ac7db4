import { Decoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import type { Core } from "../../src/internal/core.ts"
import type { Link } from "../../src/internal/linking/link.ts"
import { makeCore } from "./makeCore.ts"

/** One client with a kept session that follows the protocol over links that drop at any packet. */
abstract class Client {
  private readonly core: Core
  private readonly clientId: string
  private link: Link | undefined
  private decoder = Decoder.make({ version: 5, role: "client" })
  abstract handle(packet: Packet.Packet): void
  abstract resume(): void

  constructor(core: Core, clientId: string) {
    this.core = core
    this.clientId = clientId
  }

  get isUp(): boolean {
    return this.link !== undefined && !this.link.isClosed
  }

  send(packet: Packet.Packet): void {
    this.link?.receive(packet, 0)
  }

  connect(): void {
    this.cut()
    this.decoder = Decoder.make({ version: 5, role: "client" })
    this.link = this.core.accept(() => {}, () => {}, 0)
    const properties = { sessionExpiryInterval: 0xffffffff, receiveMaximum: 3 }
    this.send(Packet.connect({ clientId: this.clientId, cleanStart: false, keepAlive: 0, properties }))
    this.resume()
  }

  cut(): void {
    if (this.link !== undefined) this.core.release(this.link, 0)
    this.link = undefined
  }

  /** Takes what the broker has sent, or loses all behind the first `count` packets together with the link. */
  read(count = Infinity): boolean {
    const { link } = this
    if (link === undefined) return false
    const pieces = link.outbox.take()
    link.flushed(0)
    let taken = 0
    for (const piece of pieces) {
      for (const packet of this.decoder.push(piece).packets) {
        if (taken++ < count) this.handle(packet)
      }
    }
    if (taken > count) this.cut()
    return pieces.length > 0
  }
}

class Subscriber extends Client {
  readonly delivered: Array<string> = []
  private readonly received = new Set<number>()

  handle(packet: Packet.Packet): void {
    if (packet._tag === "Publish") {
      const { packetId = 0 } = packet
      if (packet.qos === 1) {
        this.delivered.push(new TextDecoder().decode(packet.payload))
        this.send(Packet.pubAck({ packetId, reasonCode: 0 }))
      } else {
        if (!this.received.has(packetId)) this.delivered.push(new TextDecoder().decode(packet.payload))
        this.received.add(packetId)
        this.send(Packet.pubRec({ packetId, reasonCode: 0 }))
      }
    } else if (packet._tag === "PubRel") {
      this.received.delete(packet.packetId)
      this.send(Packet.pubComp({ packetId: packet.packetId, reasonCode: 0 }))
    }
  }

  resume(): void {}
}

class Publisher extends Client {
  private readonly open = new Map<number, Packet.Publish | Packet.PubRel>()
  private lastId = 0

  publish(payload: string, qos: 1 | 2): void {
    const packetId = ++this.lastId
    const packet = Packet.publish({ topic: "t", payload: new TextEncoder().encode(payload), qos, packetId })
    this.open.set(packetId, packet)
    this.send(packet)
  }

  handle(packet: Packet.Packet): void {
    if (packet._tag === "PubRec") {
      const pubRel = Packet.pubRel({ packetId: packet.packetId, reasonCode: 0 })
      this.open.set(packet.packetId, pubRel)
      this.send(pubRel)
    } else if (packet._tag === "PubAck" || packet._tag === "PubComp") {
      this.open.delete(packet.packetId)
    }
  }

  resume(): void {
    for (const packet of this.open.values()) this.send(packet._tag === "Publish" ? { ...packet, dup: true } : packet)
  }
}

type Step =
  | { readonly do: "publish" | "readP" | "readS" | "connectP" | "connectS" }
  | { readonly do: "loseP" | "loseS"; readonly count: number }

const step: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  { weight: 4, arbitrary: FastCheck.record({ do: FastCheck.constant("publish" as const) }) },
  { weight: 3, arbitrary: FastCheck.record({ do: FastCheck.constantFrom("readP" as const, "readS" as const) }) },
  {
    weight: 2,
    arbitrary: FastCheck.record({
      do: FastCheck.constantFrom("loseP" as const, "loseS" as const),
      count: FastCheck.nat({ max: 4 })
    })
  },
  { weight: 1, arbitrary: FastCheck.record({ do: FastCheck.constantFrom("connectP" as const, "connectS" as const) }) }
)

const run = (qos: 1 | 2, steps: ReadonlyArray<Step>) => {
  const core = makeCore()
  const publisher = new Publisher(core, "p")
  const subscriber = new Subscriber(core, "s")
  publisher.connect()
  subscriber.connect()
  subscriber.send(Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t", qos }] }))
  let published = 0
  for (const step of steps) {
    if (step.do === "publish") publisher.publish(`${published++}`, qos)
    else if (step.do === "readP") publisher.read()
    else if (step.do === "readS") subscriber.read()
    else if (step.do === "loseP") publisher.read(step.count)
    else if (step.do === "loseS") subscriber.read(step.count)
    else if (step.do === "connectP") publisher.connect()
    else subscriber.connect()
  }
  publisher.connect()
  subscriber.connect()
  while (publisher.read() || subscriber.read());
  assert.isTrue(publisher.isUp && subscriber.isUp)
  assert.strictEqual(core.sessions.get("s")?.outgoing.inFlightCount, 0)
  assert.strictEqual(core.sessions.get("p")?.received.size, 0)
  return { delivered: subscriber.delivered, sent: Array.from({ length: published }, (_, index) => `${index}`) }
}

describe("the core, over links that drop anywhere", () => {
  it("QoS 2 arrives exactly once and in order", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const { delivered, sent } = run(2, steps)
        assert.deepStrictEqual(delivered, sent)
      }),
      { numRuns: 300 }
    ))

  it("QoS 1 arrives at least once, first copies in order", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const { delivered, sent } = run(1, steps)
        assert.deepStrictEqual(Array.from(new Set(delivered)), sent)
      }),
      { numRuns: 300 }
    ))

  it("a will that ends the next subscriber, and so on, does not grow the stack", () => {
    const core = makeCore({ maxQueuedMessages: 1, maxInFlight: 1, maxConnections: 5000 })
    const count = 3000
    const links = Array.from({ length: count }, (_, index) => {
      const link = core.accept(() => {}, () => {}, 0)
      const will = { topic: `t/${index + 1}`, payload: new Uint8Array(1), qos: 1, retain: false } as const
      link.receive(Packet.connect({ clientId: `${index}`, keepAlive: 0, will }), 0)
      link.receive(Packet.subscribe({ packetId: 1, subscriptions: [{ filter: `t/${index}`, qos: 1 }] }), 0)
      return link
    })
    const pusher = core.accept(() => {}, () => {}, 0)
    pusher.receive(Packet.connect({ clientId: "pusher", keepAlive: 0 }), 0)
    for (let index = 0; index < count; index++) {
      for (let packetId = 1; packetId <= 2; packetId++) {
        pusher.receive(Packet.publish({ topic: `t/${index}`, payload: new Uint8Array(1), qos: 1, packetId }), 0)
      }
    }
    assert.isTrue(links.every((link) => !link.isClosed))
    pusher.receive(Packet.publish({ topic: "t/0", payload: new Uint8Array(1), qos: 1, packetId: 3 }), 0)
    assert.isTrue(links.every((link) => link.isClosed))
    assert.strictEqual(core.sessions.size, 1)
  })
})
