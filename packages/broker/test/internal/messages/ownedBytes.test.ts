import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import type { Core } from "../../../src/internal/core.ts"
import type { Link } from "../../../src/internal/linking/link.ts"
import type { Message } from "../../../src/internal/messages/message.ts"
import { makeCore } from "../makeCore.ts"

/** A client whose packets come in one read of the socket, among much else. */
const connect = (core: Core, clientId: string, fields: Partial<Packet.Connect> = {}) => {
  const link = core.accept(() => {}, () => {}, 0)
  const decoder = Decoder.make({ role: "server" })
  const send = (...packets: ReadonlyArray<Packet.Packet>) => {
    const chunk = new Uint8Array(60_000)
    let at = 0
    for (const packet of [...packets, ...Array.from({ length: 1000 }, () => Packet.pingReq)]) {
      const bytes = Either.getOrThrow(Encoder.encode(packet, 5))
      chunk.set(bytes, at)
      at += bytes.length
    }
    // Zeros would be packets that do not exist.
    const complete = new Uint8Array(chunk.buffer, 0, at)
    for (const packet of decoder.push(complete).packets) link.receive(packet, 0)
  }
  const kept = { cleanStart: false, properties: { sessionExpiryInterval: 600 } }
  link.receive(Packet.connect({ ...kept, clientId, ...fields }), 0)
  decoder.push(Either.getOrThrow(Encoder.encode(Packet.connect({ clientId }), 5)))
  return { link, send, lose: () => core.release(link, 0) }
}

const watch = (core: Core) => {
  const messages: Array<Message> = []
  core.observers.add((message) => messages.push(message))
  return messages
}

const subscribe = (link: Link, filter: string) =>
  link.receive(Packet.subscribe({ packetId: 1, subscriptions: [{ filter, qos: 2 }] }), 0)

const payload = new Uint8Array(100).fill(7)
const held = ({ payload }: Message) => payload.buffer.byteLength
const message = (topic: string, fields: Partial<Packet.Publish> = {}) => Packet.publish({ topic, payload, ...fields })

describe("a message that is kept holds its own bytes, not the read that brought it", () => {
  it("retained", () => {
    const core = makeCore()
    connect(core, "p").send(message("topic/1", { retain: true }))
    const [retained] = core.retained.match("#", 0)
    assert.deepStrictEqual(retained?.payload, payload)
    assert.isAtMost(retained === undefined ? Infinity : held(retained), 256)
  })

  it("queued for who is away, and unacknowledged", () => {
    const core = makeCore()
    const messages = watch(core)
    const away = connect(core, "away")
    subscribe(away.link, "queued")
    away.lose()
    const slow = connect(core, "slow")
    subscribe(slow.link, "sent")
    connect(core, "p").send(
      message("queued", { qos: 1, packetId: 1 }),
      message("sent", { qos: 1, packetId: 2 }),
      message("queued", { qos: 2, packetId: 3 }),
      message("passing")
    )
    assert.lengthOf(messages, 4)
    const [one, two, three, passing] = messages.map(held)
    assert.isAtMost(Math.max(one ?? Infinity, two ?? Infinity, three ?? Infinity), 256)
    assert.strictEqual(passing, 60_000, "nobody keeps this one")
  })

  it("large, in an outbox that has no copy of it", () => {
    const core = makeCore()
    const messages = watch(core)
    subscribe(connect(core, "s").link, "large")
    connect(core, "p").send(message("large", { payload: new Uint8Array(20_000) }))
    assert.deepStrictEqual(messages.map(held), [20_000])
  })

  it("as a will, and its correlation data", () => {
    const core = makeCore()
    const messages = watch(core)
    const link = core.accept(() => {}, () => {}, 0)
    const properties = { correlationData: payload }
    const will = { topic: "will", payload, qos: 1, retain: true, properties } as const
    const chunk = new Uint8Array(60_000)
    chunk.set(Either.getOrThrow(Encoder.encode(Packet.connect({ clientId: "w", will }), 5)))
    for (const packet of Decoder.make({ role: "server" }).push(chunk).packets) link.receive(packet, 0)
    core.release(link, 0)
    assert.isAtMost(Math.max(...messages.map(held)), 256)
    assert.isAtMost(messages[0]?.properties?.correlationData?.buffer.byteLength ?? Infinity, 256)
  })
})

describe("what waits to be written", () => {
  it("is charged until it is written, a large payload once for all", () => {
    const core = makeCore()
    const subscribers = ["a", "b", "c"].map((clientId) => connect(core, clientId))
    for (const { link } of subscribers) {
      subscribe(link, "t")
      link.outbox.take()
      link.flushed(0)
    }
    const before = core.ledger.bytes
    const { lose, send } = connect(core, "p")
    send(message("t", { payload: new Uint8Array(40_000) }))
    assert.isAbove(core.ledger.bytes - before, 40_000)
    assert.isBelow(core.ledger.bytes - before, 45_000) // with the answers to the pings
    lose()
    for (const { link } of subscribers) link.outbox.take()
    assert.isAbove(core.ledger.bytes - before, 40_000)
    for (const { link } of subscribers) link.flushed(0)
    assert.strictEqual(core.ledger.bytes, before)
  })

  it("stops at what the broker may hold, with QoS 0 dropped", () => {
    const maxHeldBytes = 300_000
    const core = makeCore({ maxHeldBytes })
    const subscribers = Array.from({ length: 50 }, (_, index) => connect(core, `c${index}`))
    for (const { link } of subscribers) subscribe(link, "t")
    const publisher = connect(core, "p")
    for (let count = 0; count < 20; count++) {
      publisher.link.receive(message("t", { payload: new Uint8Array(1000) }), 0)
    }
    assert.isAtMost(core.ledger.bytes, maxHeldBytes + 50 * 1200, "one more for each that has nothing yet")
    assert.isAbove(core.dropped, 700)
  })
})
