import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { payloads, subscribe } from "../rawClient.ts"
import type { Check } from "./check.ts"
import { both, five } from "./check.ts"
import { connect, fresh, publish, published } from "./peer.ts"

export const subscribing: ReadonlyArray<Check> = [
  {
    ids: "3.8.3-3",
    what: "No Local: not what the client published itself",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic, { noLocal: true })
        yield* peer.send(Packet.publish({ topic, payload: new Uint8Array(1) }))
        yield* publish(yield* connect(target, version), topic, "of others")
        assert.deepStrictEqual(payloads(yield* peer.drain), ["of others"])
      })
  },
  {
    ids: "3.8.3-4",
    what: "No Local on a shared subscription is a protocol error",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        const filter = new TextEncoder().encode("$share/g/t")
        yield* peer.sendBytes(Uint8Array.of(0x82, filter.length + 6, 0, 1, 0, 0, filter.length, ...filter, 0x04))
        assert.strictEqual(yield* peer.ended, 0x82)
      })
  },
  {
    ids: "3.8.4-1 3.8.4-2 3.8.4-5 3.8.4-6 3.8.4-7 3.9.3-1 3.9.3-2",
    what: "SUBACK: the identifier, and one code for each filter in order",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const name = fresh("t")
        const peer = yield* connect(target, version)
        const qos = [2, 0, 1, 1, 0] as const
        const subscriptions = qos.map((qos, index) => ({ filter: `${name}/${index}`, qos }))
        yield* peer.send(Packet.subscribe({ packetId: 65_535, subscriptions }))
        const { packetId, reasonCodes } = yield* peer.expect("SubAck")
        assert.strictEqual(packetId, 65_535)
        assert.deepStrictEqual(reasonCodes, qos)
      })
  },
  {
    ids: "3.8.4-3 3.8.4-4",
    what: "subscribing again replaces the subscription and sends retained messages again",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "retained", { retain: true })
        const peer = yield* connect(target, version)
        for (const qos of [2, 0] as const) {
          yield* subscribe(peer, topic, { qos })
          assert.deepStrictEqual(payloads(yield* peer.drain), ["retained"])
        }
        yield* publish(publisher, topic, "live")
        assert.deepStrictEqual(published(yield* peer.drain).map(({ qos }) => qos), [0])
      })
  },
  {
    ids: "3.10.4-1 3.10.4-2 3.10.4-4 3.10.4-5 3.10.4-6 3.11.3-1 3.11.3-2",
    what: "UNSUBACK always, filters compared exactly, nothing delivered afterwards",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const name = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `${name}/a`)
        yield* subscribe(peer, `${name}/b`)
        const filters = [`${name}/+`, `${name}/A`, `${name}/a`, `${name}/never`]
        yield* peer.send(Packet.unsubscribe({ packetId: 1234, filters }))
        const { packetId, reasonCodes } = yield* peer.expect("UnsubAck")
        assert.strictEqual(packetId, 1234)
        if (version === 5) assert.deepStrictEqual(reasonCodes, [0x11, 0x11, 0, 0x11])
        const publisher = yield* connect(target, version)
        yield* publish(publisher, `${name}/a`, "a")
        yield* publish(publisher, `${name}/b`, "b")
        assert.deepStrictEqual(payloads(yield* peer.drain), ["b"])
      })
  },
  {
    ids: "3.10.4-3",
    what: "deliveries that have started are finished after unsubscribing",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic, { qos: 2 })
        yield* publish(yield* connect(target, version), topic, "x", { qos: 2 })
        const { packetId = 0 } = yield* peer.expect("Publish")
        yield* peer.send(Packet.unsubscribe({ packetId: 2, filters: [topic] }))
        yield* peer.expect("UnsubAck")
        yield* peer.send(Packet.pubRec({ packetId }))
        assert.deepInclude(yield* peer.expect("PubRel"), { packetId })
        yield* peer.send(Packet.pubComp({ packetId }))
        assert.deepStrictEqual(yield* peer.drain, [])
      })
  },
  {
    ids: "4.7.1-1 4.7.1-2",
    what: "wildcards stand for whole levels, # also for the parent",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const name = fresh("t")
        const table: ReadonlyArray<readonly [filter: string, topics: ReadonlyArray<string>]> = [
          ["", [""]],
          ["/+", ["/a", "/"]],
          ["/#", ["", "/a", "/a/b", "/"]],
          ["/+/b", ["/a/b"]],
          ["/+/#", ["/a", "/a/b", "/"]]
        ]
        const publisher = yield* connect(target, version)
        for (const [filter, topics] of table) {
          const peer = yield* connect(target, version)
          yield* subscribe(peer, `${name}${filter}`)
          for (const topic of ["", "/a", "/a/b", "/"]) yield* publish(publisher, `${name}${topic}`, "x")
          const received = published(yield* peer.drain).map(({ topic }) => topic.slice(name.length))
          assert.sameMembers(received, [...topics], filter)
          yield* peer.cut
        }
      })
  },
  {
    ids: "4.7.2-1",
    what: "a leading wildcard does not match a topic that begins with $",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const name = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `+/${name}`)
        yield* subscribe(peer, "#")
        yield* publish(yield* connect(target, version), `$own/${name}`, "x")
        const received = published(yield* peer.drain).filter(({ topic }) => topic.startsWith("$"))
        assert.deepStrictEqual(received, [])
      })
  },
  {
    ids: "$SYS (4.7.2)",
    what: "the broker tells about itself under $SYS",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        yield* subscribe(peer, "$SYS/broker/#")
        const message = yield* peer.expect("Publish")
        assert.match(message.topic, /^\$SYS\/broker\//)
      })
  },
  {
    ids: "4.8.2-3 4.8.2 (one member each)",
    what: "each message goes to one member, with the QoS granted to that one",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const filter = `$share/${fresh("g")}/${topic}`
        const zero = yield* connect(target, version)
        const one = yield* connect(target, version)
        const alone = yield* connect(target, version)
        yield* subscribe(zero, filter, { qos: 0 })
        yield* subscribe(one, filter, { qos: 1 })
        yield* subscribe(alone, topic, { qos: 2 })
        const publisher = yield* connect(target, version)
        const texts = ["1", "2", "3", "4", "5", "6", "7", "8"]
        for (const payload of texts) yield* publish(publisher, topic, payload, { qos: 1 })
        const [ofZero, ofOne] = [published(yield* zero.drain), published(yield* one.drain)]
        assert.sameMembers([...payloads(ofZero), ...payloads(ofOne)], texts)
        assert.isNotEmpty(ofZero)
        assert.isNotEmpty(ofOne)
        assert.isTrue(ofZero.every(({ qos }) => qos === 0) && ofOne.every(({ qos }) => qos === 1))
        assert.deepStrictEqual(payloads(yield* alone.drain), texts)
      })
  },
  {
    ids: "4.8.2 (retained)",
    what: "a shared subscription gets no retained messages",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        yield* publish(yield* connect(target, version), topic, "old", { retain: true })
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `$share/${fresh("g")}/${topic}`)
        assert.deepStrictEqual(yield* peer.drain, [])
      })
  },
  {
    ids: "4.8.2-4 4.8.2-5",
    what: "QoS 2 stays with the member it was sent to",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const filter = `$share/${fresh("g")}/${topic}`
        const chosen = yield* connect(target, version)
        yield* subscribe(chosen, filter, { qos: 2 })
        yield* publish(yield* connect(target, version), topic, "x", { qos: 2 })
        yield* chosen.expect("Publish")
        const other = yield* connect(target, version)
        yield* subscribe(other, filter, { qos: 2 })
        yield* chosen.cut
        assert.deepStrictEqual(yield* other.drain, [])
      })
  },
  {
    ids: "4.8.2-6",
    what: "a refused message is discarded",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const filter = `$share/${fresh("g")}/${topic}`
        const refusing = yield* connect(target, version)
        yield* subscribe(refusing, filter, { qos: 1 })
        yield* publish(yield* connect(target, version), topic, "x")
        const { packetId = 0 } = yield* refusing.expect("Publish")
        const other = yield* connect(target, version)
        yield* subscribe(other, filter, { qos: 1 })
        yield* refusing.send(Packet.pubAck({ packetId, reasonCode: 0x80 }))
        yield* refusing.drain
        yield* refusing.cut
        assert.deepStrictEqual(yield* other.drain, [])
      })
  },
  {
    ids: "4.8.2-1 4.8.2-2",
    what: "a malformed shared filter is refused",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        for (const filter of ["$share/g", "$share//t", "$share/g/", "$share/a+b/t"]) {
          const peer = yield* connect(target, version)
          const text = new TextEncoder().encode(filter)
          yield* peer.sendBytes(Uint8Array.of(0x82, text.length + 6, 0, 1, 0, 0, text.length, ...text, 0))
          const packet = yield* peer.next
          const code = packet?._tag === "SubAck" ? packet.reasonCodes[0] : 0x80
          assert.isAtLeast(code ?? 0x80, 0x80, filter)
        }
      })
  }
]
