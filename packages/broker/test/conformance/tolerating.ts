import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { payloads, subscribe } from "../rawClient.ts"
import type { Check } from "./check.ts"
import { both, bytes, five } from "./check.ts"
import { connect, fresh, open, publish, published } from "./peer.ts"

/** What is unusual and allowed, and what is neither but leaves the connection as it is. */
export const tolerating: ReadonlyArray<Check> = [
  {
    ids: "3.1.2-1",
    what: "another protocol name ends the connection",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* open(target, version)
        const tail = version === 5 ? [0, 0, 1, 0x61] : [0, 1, 0x61]
        yield* peer.sendBytes(
          Uint8Array.of(0x10, 10 + tail.length, 0, 4, 0x4d, 0x51, 0x54, 0x58, version, 2, 0, 60, ...tail)
        )
        const code = yield* peer.ended
        if (code !== undefined) assert.include([1, 0x84], code)
      })
  },
  {
    ids: "3.1.3-6 (without Clean Start)",
    what: "an empty client identifier is replaced without Clean Start, too",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const { connAck } = yield* connect(target, version, { clientId: "", cleanStart: false })
        assert.isFalse(connAck.sessionPresent)
        assert.isNotEmpty(connAck.properties?.assignedClientIdentifier)
      })
  },
  {
    ids: "3.1.2-17 (password alone)",
    what: "a password without a user name is no malformed packet in 5.0",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* open(target, version)
        yield* peer.send(Packet.connect({ clientId: fresh(), password: bytes("secret") }))
        assert.strictEqual((yield* peer.expect("ConnAck")).reasonCode, 0)
      })
  },
  {
    ids: "3.1.4-6",
    what: "what follows CONNECT in the same segment is handled",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* open(target, version)
        yield* peer.send(
          Packet.connect({ clientId: fresh(), protocolVersion: version }),
          Packet.subscribe({ packetId: 1, subscriptions: [{ filter: topic, qos: 0 }] }),
          Packet.publish({ topic, payload: bytes("early"), qos: 1, packetId: 2 })
        )
        yield* peer.expect("ConnAck")
        yield* peer.expect("SubAck")
        const packets = [yield* peer.next, yield* peer.next]
        assert.sameMembers(packets.map((packet) => packet?._tag), ["Publish", "PubAck"])
      })
  },
  {
    ids: "3.1.2.10",
    what: "a keep-alive of 0 has no end",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version, { keepAlive: 0 })
        yield* Effect.sleep("1800 millis")
        assert.deepStrictEqual(yield* peer.drain, [])
      })
  },
  {
    ids: "3.3.4-6",
    what: "a client's PUBLISH with a subscription identifier ends the connection",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        yield* peer.sendBytes(Uint8Array.of(0x30, 7, 0, 1, 0x74, 2, 0x0b, 1, 0x78))
        assert.include([0x81, 0x82], yield* peer.ended)
      })
  },
  {
    ids: "4.3.2 4.3.3 (unknown identifiers)",
    what: "acknowledgements of what was never sent are left alone, or answered with their code",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        yield* peer.send(
          Packet.pubAck({ packetId: 7 }),
          Packet.pubComp({ packetId: 8 }),
          Packet.pubRec({ packetId: 9 })
        )
        const answers = yield* peer.drain
        for (const answer of answers) assert.deepInclude(answer, { _tag: "PubRel", packetId: 9 })
        if (version === 5) assert.deepInclude(answers[0] ?? { reasonCode: 0x92 }, { reasonCode: 0x92 })
      })
  },
  {
    ids: "3.1.2-29",
    what: "no reason strings and user properties beside PUBLISH, CONNACK and DISCONNECT for a client that wants none",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version, { properties: { requestProblemInformation: 0 } })
        yield* subscribe(peer, topic, { qos: 1 })
        yield* peer.send(
          Packet.publish({ topic: fresh("nobody"), payload: bytes("x"), qos: 1, packetId: 1 }),
          Packet.pubRel({ packetId: 4711 }),
          Packet.unsubscribe({ packetId: 2, filters: [fresh("none")] })
        )
        const answers = yield* peer.drain
        assert.deepStrictEqual(answers.map(({ _tag }) => _tag), ["PubAck", "PubComp", "UnsubAck"])
        for (const answer of answers) {
          assert.notProperty("properties" in answer ? answer.properties ?? {} : {}, "reasonString")
          assert.notProperty("properties" in answer ? answer.properties ?? {} : {}, "userProperties")
        }
      })
  },
  {
    ids: "3.8.2.1.3 3.10.2.1.2 3.14.2.2.4",
    what: "user properties are taken in every packet that may have them",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const properties = { userProperties: [["a", "1"], ["a", "2"]] as const }
        const peer = yield* connect(target, version, { properties })
        yield* peer.send(Packet.subscribe({ packetId: 1, properties, subscriptions: [{ filter: topic, qos: 1 }] }))
        yield* peer.expect("SubAck")
        yield* publish(yield* connect(target, version), topic, "x")
        const { packetId = 0 } = yield* peer.expect("Publish")
        yield* peer.send(
          Packet.pubAck({ packetId, properties }),
          Packet.unsubscribe({ packetId: 2, properties, filters: [topic] })
        )
        yield* peer.expect("UnsubAck")
        yield* peer.send(Packet.disconnect({ properties }))
        assert.isUndefined(yield* peer.ended)
      })
  },
  {
    ids: "4.8.2 (beside a subscription)",
    what: "a client with a shared and an ordinary subscription gets a copy for each",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic, { qos: 1 })
        yield* subscribe(peer, `$share/${fresh("g")}/${topic}`, { qos: 1 })
        yield* publish(yield* connect(target, version), topic, "x")
        assert.deepStrictEqual(payloads(yield* peer.drain), ["x", "x"])
      })
  },
  {
    ids: "3.3.3 4.7.3",
    what: "empty payloads, large ones, and topics as long as they may be travel unchanged",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const name = fresh("t")
        const longest = `${name}/`.padEnd(65_535, "x")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `${name}/#`, { qos: 1 })
        const publisher = yield* connect(target, version)
        yield* publish(publisher, `${name}/empty`, "")
        yield* publish(publisher, `${name}/large`, "x".repeat(200_000))
        yield* publish(publisher, longest, "long")
        assert.deepStrictEqual(
          published(yield* peer.drain).map(({ payload, topic }) => [topic.length, payload.length]),
          [[name.length + 6, 0], [name.length + 6, 200_000], [65_535, 4]]
        )
      })
  }
]
