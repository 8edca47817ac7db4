import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { payloads, subscribe } from "../rawClient.ts"
import type { Check } from "./check.ts"
import { bytes, five, willOn } from "./check.ts"
import { connect, fresh, open, publish, published } from "./peer.ts"

export const bounds: ReadonlyArray<Check> = [
  {
    ids: "3.1.2-24 3.1.2-25",
    what: "what is larger than the client takes is left out, and counts as delivered",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version, { properties: { maximumPacketSize: 200 } })
        yield* subscribe(peer, topic, { qos: 1 })
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "x".repeat(300))
        yield* publish(publisher, topic, "fits")
        assert.deepStrictEqual(payloads(yield* peer.drain), ["fits"])
      })
  },
  {
    ids: "3.1.2-26 3.1.2-27",
    what: "no alias above the client's maximum, none where it has none",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topics = [fresh("topic"), fresh("topic"), fresh("topic")]
        for (const most of [undefined, 0, 2]) {
          const properties = most === undefined ? {} : { topicAliasMaximum: most }
          const peer = yield* connect(target, version, { properties })
          for (const topic of topics) yield* subscribe(peer, topic)
          const publisher = yield* connect(target, version)
          for (const topic of [...topics, ...topics]) yield* publish(publisher, topic, topic)
          const known = new Map<number, string>()
          for (const packet of published(yield* peer.drain)) {
            const alias = packet.properties?.topicAlias
            if (alias !== undefined) assert.isAtMost(alias, most ?? 0)
            if (alias !== undefined && packet.topic !== "") known.set(alias, packet.topic)
            const topic = packet.topic === "" ? known.get(alias ?? 0) : packet.topic
            assert.strictEqual(topic, new TextDecoder().decode(packet.payload))
          }
        }
      })
  },
  {
    ids: "3.3.2-7 3.3.2-10 3.3.2-12",
    what: "aliases up to the announced maximum stand for the topic they were defined with, on this connection",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        const topicAlias = peer.connAck.properties?.topicAliasMaximum ?? 0
        if (topicAlias === 0) return
        yield* subscribe(peer, `${topic}/#`)
        const by = (topic: string, payload: string) =>
          Packet.publish({ topic, payload: bytes(payload), properties: { topicAlias } })
        yield* peer.send(by(`${topic}/1`, "a"), by("", "b"), by(`${topic}/2`, "c"), by("", "d"))
        const received = published(yield* peer.drain)
        assert.deepStrictEqual(
          received.map((packet) => [packet.topic.slice(topic.length), packet.properties?.topicAlias]),
          [["/1", undefined], ["/1", undefined], ["/2", undefined], ["/2", undefined]]
        )
        const other = yield* connect(target, version)
        yield* other.send(by("", "x"))
        assert.strictEqual(yield* other.ended, 0x82)
      })
  },
  {
    ids: "3.3.2-8 3.3.2-11",
    what: "an alias of 0 or above the announced maximum ends the connection",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        for (const above of [false, true]) {
          const peer = yield* connect(target, version)
          const topicAlias = above ? (peer.connAck.properties?.topicAliasMaximum ?? 0) + 1 : 0
          yield* peer.sendBytes(
            Uint8Array.of(0x30, 8, 0, 1, 0x74, 3, 0x23, topicAlias >> 8, topicAlias & 0xff, 0x78)
          )
          assert.include(above ? [0x94] : [0x81, 0x82, 0x94], yield* peer.ended)
        }
      })
  },
  {
    ids: "3.3.4-9 3.3.4-10 4.9.0-2 4.9.0-3",
    what: "never more unacknowledged than the client's Receive Maximum, and nothing else is held back",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version, { properties: { receiveMaximum: 2 } })
        yield* subscribe(peer, topic, { qos: 2 })
        const publisher = yield* connect(target, version)
        for (const payload of ["1", "2", "3", "4"]) yield* publish(publisher, topic, payload, { qos: 2 })
        const [one, two, ...none] = published(yield* peer.drain)
        assert.lengthOf(none, 0)
        assert.deepInclude(yield* subscribe(peer, fresh("u")), { reasonCodes: [0] })
        // PUBREC leaves the quota as it is, a refusing one and PUBCOMP give back.
        yield* peer.send(Packet.pubRec({ packetId: one?.packetId ?? 0 }))
        assert.lengthOf(published(yield* peer.drain), 0)
        yield* peer.send(Packet.pubComp({ packetId: one?.packetId ?? 0 }))
        const [three, ...noFourth] = published(yield* peer.drain)
        assert.isDefined(three)
        assert.lengthOf(noFourth, 0)
        yield* peer.send(Packet.pubRec({ packetId: two?.packetId ?? 0, reasonCode: 0x80 }))
        assert.lengthOf(published(yield* peer.drain), 1)
      })
  },
  {
    ids: "3.2.2 (Receive Maximum)",
    what: "more unreleased QoS 2 messages than announced end the connection",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        const most = peer.connAck.properties?.receiveMaximum ?? 65_535
        if (most > 1000) return
        const message = (packetId: number) =>
          Packet.publish({ topic: "t", payload: new Uint8Array(), qos: 2, packetId })
        yield* peer.send(...Array.from({ length: most + 1 }, (_, index) => message(index + 1)))
        let packet = yield* peer.next
        while (packet?._tag === "PubRec") packet = yield* peer.next
        assert.deepInclude(packet, { _tag: "Disconnect", reasonCode: 0x93 })
      })
  }
]

/** Against a broker whose maximum QoS is 1 and that retains nothing. */
export const lesser: ReadonlyArray<Check> = [
  {
    ids: "3.2.2-9 3.2.2-12 3.2.2-13",
    what: "a will above the supported QoS, or retained, is refused",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const { connAck } = yield* connect(target, version)
        assert.deepInclude(connAck.properties, { maximumQoS: 1, retainAvailable: 0 })
        const wills = [[{ qos: 2 }, 0x9b], [{ retain: true }, 0x9a]] as const
        for (const [fields, reasonCode] of wills) {
          const peer = yield* open(target, version)
          yield* peer.send(Packet.connect({ clientId: fresh(), will: willOn("t", fields) }))
          const refusal = yield* peer.expect("ConnAck")
          assert.deepInclude(refusal, { reasonCode, sessionPresent: false })
          yield* peer.ended
        }
      })
  },
  {
    ids: "3.2.2-10 3.8.4-8",
    what: "a subscription is granted at most the supported QoS",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        const { reasonCodes } = yield* subscribe(peer, topic, { qos: 2 })
        assert.include([1, 2], reasonCodes[0])
        yield* publish(yield* connect(target, version), topic, "x")
        assert.deepStrictEqual(published(yield* peer.drain).map(({ qos }) => qos), [1])
      })
  },
  {
    ids: "3.2.2-11 3.2.2-14",
    what: "a PUBLISH above the supported QoS, or retained, ends the connection",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const publications = [[{ qos: 2, packetId: 1 }, 0x9b], [{ retain: true }, 0x9a]] as const
        for (const [fields, reasonCode] of publications) {
          const peer = yield* connect(target, version)
          yield* peer.send(Packet.publish({ topic: "t", payload: new Uint8Array(1), ...fields }))
          assert.strictEqual(yield* peer.ended, reasonCode)
        }
      })
  }
]
