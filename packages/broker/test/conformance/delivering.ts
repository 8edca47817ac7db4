import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { payloads, subscribe } from "../rawClient.ts"
import type { Check } from "./check.ts"
import { both, bytes, five, kept } from "./check.ts"
import { connect, fresh, publish, published } from "./peer.ts"

export const delivering: ReadonlyArray<Check> = [
  {
    ids: "3.3.1-5 3.3.1-6 3.3.1-7 3.3.1-8",
    what: "a retained message is kept, replaced, removed by an empty one, and left alone by others",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const publisher = yield* connect(target, version)
        const stored = Effect.scoped(Effect.gen(function*() {
          const peer = yield* connect(target, version)
          yield* subscribe(peer, topic, { qos: 2 })
          return published(yield* peer.drain).map(({ payload, retain }) => [new TextDecoder().decode(payload), retain])
        }))
        assert.deepStrictEqual(yield* stored, [])
        yield* publish(publisher, topic, "one", { retain: true })
        assert.deepStrictEqual(yield* stored, [["one", true]])
        yield* publish(publisher, topic, "two", { retain: true, qos: 2 })
        yield* publish(publisher, topic, "passing")
        assert.deepStrictEqual(yield* stored, [["two", true]])
        yield* publish(publisher, topic, "", { retain: true })
        assert.deepStrictEqual(yield* stored, [])
      })
  },
  {
    ids: "3.3.1-6 (delivery)",
    what: "the empty message that removes a retained one is delivered",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "one", { retain: true })
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic)
        yield* publish(publisher, topic, "", { retain: true })
        assert.deepStrictEqual(published(yield* peer.drain).map(({ retain }) => retain), [true, false])
      })
  },
  {
    ids: "3.3.1-9 3.3.1-10 3.3.1-11",
    what: "Retain Handling: always, for a new subscription, never",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        yield* publish(yield* connect(target, version), topic, "old", { retain: true })
        const peer = yield* connect(target, version)
        const replayed = (retainHandling: 0 | 1 | 2, filter = topic) =>
          Effect.zipRight(
            subscribe(peer, filter, { retainHandling }),
            Effect.map(peer.drain, (packets) => payloads(packets).length)
          )
        assert.strictEqual(yield* replayed(2), 0)
        assert.strictEqual(yield* replayed(1), 0)
        assert.strictEqual(yield* replayed(0), 1)
        assert.strictEqual(yield* replayed(0), 1)
        assert.strictEqual(yield* replayed(1, `${topic}/#`), 1)
      })
  },
  {
    ids: "3.3.1-12 3.3.1-13",
    what: "Retain As Published: live messages keep their flag or lose it",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const keeps = yield* connect(target, version)
        const loses = yield* connect(target, version)
        yield* subscribe(keeps, topic, { retainAsPublished: true })
        yield* subscribe(loses, topic, { retainAsPublished: false })
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "1", { retain: true })
        yield* publish(publisher, topic, "2", { retain: false })
        assert.deepStrictEqual(published(yield* keeps.drain).map(({ retain }) => retain), [true, false])
        assert.deepStrictEqual(published(yield* loses.drain).map(({ retain }) => retain), [false, false])
      })
  },
  {
    ids: "3.3.1-3",
    what: "DUP of a client's PUBLISH does not travel on",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic, { qos: 1 })
        yield* publish(yield* connect(target, version), topic, "x", { dup: true })
        assert.deepStrictEqual(published(yield* peer.drain).map(({ dup }) => dup), [false])
      })
  },
  {
    ids: "3.3.2-3 3.3.2-4 3.3.2-15 3.3.2-16 3.3.2-17 3.3.2-18 3.3.2-20",
    what: "properties travel on unchanged, user properties in order, and the topic matches",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `${topic}/+`)
        const properties = {
          payloadFormatIndicator: 1,
          contentType: "text/plain",
          responseTopic: "answer/here",
          correlationData: Uint8Array.of(0, 1, 255),
          userProperties: [["b", "1"], ["a", "2"], ["b", "1"], ["", ""]] as const
        }
        yield* publish(yield* connect(target, version), `${topic}/x`, "payload", { properties })
        const [message] = published(yield* peer.drain)
        assert.deepStrictEqual(message?.properties, properties)
        assert.strictEqual(message?.topic, `${topic}/x`)
      })
  },
  {
    ids: "3.3.2-5 3.3.2-6",
    what: "an expired message is not delivered, another says what is left of its time",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, kept(version))
        yield* subscribe(first, topic, { qos: 1 })
        yield* first.cut
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "short", { properties: { messageExpiryInterval: 1 } })
        yield* publish(publisher, topic, "long", { properties: { messageExpiryInterval: 60 } })
        yield* Effect.sleep("2100 millis")
        const again = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        const received = published(yield* again.drain)
        assert.deepStrictEqual(payloads(received), ["long"])
        assert.isAtMost(received[0]?.properties?.messageExpiryInterval ?? 60, 58)
        // Of 60, less what a test may take.
        assert.isAtLeast(received[0]?.properties?.messageExpiryInterval ?? 0, 30)
      })
  },
  {
    ids: "3.3.4-2 3.3.4-3 3.3.4-4 3.3.4-5",
    what: "overlapping subscriptions: the highest QoS, and every identifier",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `${topic}/#`, { qos: 0, identifier: 1 })
        yield* subscribe(peer, `${topic}/+`, { qos: 2, identifier: 268_435_455 })
        yield* subscribe(peer, `${topic}/x`, { qos: 1 })
        yield* publish(yield* connect(target, version), `${topic}/x`, "x", { qos: 2 })
        const received = published(yield* peer.drain)
        assert.strictEqual(Math.max(...received.map(({ qos }) => qos)), 2)
        const identifiers = received.flatMap(({ properties }) => properties?.subscriptionIdentifiers ?? [])
        assert.sameMembers(identifiers, [1, 268_435_455])
      })
  },
  {
    ids: "3.3.4-2 (3.1.1: 3.3.5-1)",
    what: "overlapping subscriptions: delivered with the highest QoS",
    versions: [4],
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, `${topic}/#`, { qos: 0 })
        yield* subscribe(peer, `${topic}/+`, { qos: 2 })
        yield* publish(yield* connect(target, version), `${topic}/x`, "x", { qos: 2 })
        assert.strictEqual(Math.max(...published(yield* peer.drain).map(({ qos }) => qos)), 2)
      })
  },
  {
    ids: "4.3.1-1 4.3.2-1 4.3.3-1 3.8.4-8",
    what: "the QoS of a delivery is the lower one of message and subscription",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const publisher = yield* connect(target, version)
        for (const granted of [0, 1, 2] as const) {
          const peer = yield* connect(target, version)
          assert.deepInclude(yield* subscribe(peer, topic, { qos: granted }), { reasonCodes: [granted] })
          yield* publisher.send(Packet.publish({ topic, payload: bytes("0"), qos: 0 }))
          yield* publish(publisher, topic, "1", { qos: 1 })
          yield* publish(publisher, topic, "2", { qos: 2 })
          const received = published(yield* peer.drain).map(({ dup, packetId, qos }) => [qos, dup, packetId ?? 0])
          assert.deepStrictEqual(received.map(([qos, dup]) => [qos, dup]), [
            [0, false],
            [Math.min(1, granted), false],
            [granted, false]
          ])
          for (const [qos, , packetId] of received) assert.strictEqual(packetId === 0, qos === 0)
          yield* peer.cut
        }
      })
  },
  {
    ids: "4.3.2-4 4.3.2-5",
    what: "QoS 1: acknowledged with its identifier, which then stands for a new message",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic)
        for (const dup of [false, true]) {
          yield* peer.send(Packet.publish({ topic, payload: bytes("x"), qos: 1, packetId: 77, dup }))
          const packets = [yield* peer.next, yield* peer.next]
          assert.sameMembers(packets.map((packet) => packet?._tag), ["Publish", "PubAck"])
          assert.isTrue(packets.some((packet) => packet?._tag === "PubAck" && packet.packetId === 77))
        }
      })
  },
  {
    ids: "4.3.3-8 4.3.3-10 4.3.3-11 4.3.3-12",
    what: "QoS 2: delivered once however often it comes before PUBREL, and the identifier is free after it",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const watcher = yield* connect(target, version)
        yield* subscribe(watcher, topic)
        const peer = yield* connect(target, version, kept(version))
        const message = (payload: string, dup = false) =>
          Packet.publish({ topic, payload: bytes(payload), qos: 2, packetId: 9, dup })
        yield* peer.send(message("once"))
        assert.deepInclude(yield* peer.expect("PubRec"), { packetId: 9 })
        yield* peer.cut
        const again = yield* connect(target, version, { ...kept(version), clientId: peer.clientId })
        assert.isTrue(again.connAck.sessionPresent)
        yield* again.send(message("once", true))
        assert.deepInclude(yield* again.expect("PubRec"), { packetId: 9 })
        yield* again.send(Packet.pubRel({ packetId: 9 }))
        assert.deepInclude(yield* again.expect("PubComp"), { packetId: 9 })
        yield* again.send(message("twice"))
        yield* again.expect("PubRec")
        yield* again.send(Packet.pubRel({ packetId: 9 }))
        yield* again.expect("PubComp")
        assert.deepStrictEqual(payloads(yield* watcher.drain), ["once", "twice"])
      })
  },
  {
    ids: "3.7.2 (unknown identifier)",
    what: "PUBREL of an unknown identifier is answered",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        yield* peer.send(Packet.pubRel({ packetId: 4711 }))
        const { packetId, reasonCode } = yield* peer.expect("PubComp")
        assert.strictEqual(packetId, 4711)
        if (version === 5) assert.include([0, 0x92], reasonCode)
      })
  },
  {
    ids: "4.4.0-1 4.6.0-1 3.3.1-1",
    what: "what was not acknowledged is sent again after resuming, in order, with DUP and its identifier",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, kept(version))
        yield* subscribe(first, topic, { qos: 2 })
        const publisher = yield* connect(target, version)
        for (const payload of ["1", "2", "3"]) yield* publish(publisher, topic, payload, { qos: 2 })
        const sent = published(yield* first.drain)
        assert.deepStrictEqual(payloads(sent), ["1", "2", "3"])
        yield* first.cut
        const again = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        const resent = published(yield* again.drain)
        assert.deepStrictEqual(payloads(resent), ["1", "2", "3"])
        assert.deepStrictEqual(resent.map(({ packetId }) => packetId), sent.map(({ packetId }) => packetId))
        assert.deepStrictEqual(resent.map(({ dup }) => dup), [true, true, true])
      })
  },
  {
    ids: "4.3.3-3 4.3.3-6 4.4.0-1 (PUBREL)",
    what: "after PUBREC it is PUBREL that is sent again, not PUBLISH",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, kept(version))
        yield* subscribe(first, topic, { qos: 2 })
        yield* publish(yield* connect(target, version), topic, "x", { qos: 2 })
        const { packetId = 0 } = yield* first.expect("Publish")
        yield* first.send(Packet.pubRec({ packetId }))
        assert.deepInclude(yield* first.expect("PubRel"), { packetId })
        yield* first.cut
        const again = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        const packets = yield* again.drain
        assert.deepStrictEqual(packets.map((packet) => packet._tag), ["PubRel"])
        yield* again.send(Packet.pubComp({ packetId }))
        assert.deepStrictEqual(yield* again.drain, [])
      })
  },
  {
    ids: "4.3.3-4 4.4.0-2",
    what: "a refusing PUBREC or PUBACK ends the exchange",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, kept(version))
        yield* subscribe(first, topic, { qos: 2 })
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "1", { qos: 1 })
        yield* publish(publisher, topic, "2", { qos: 2 })
        for (const { packetId = 0, qos } of published(yield* first.drain)) {
          yield* first.send({ _tag: qos === 1 ? "PubAck" : "PubRec", packetId, reasonCode: 0x80 })
        }
        assert.deepStrictEqual(yield* first.drain, [])
        yield* first.cut
        const again = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        assert.deepStrictEqual(yield* again.drain, [])
      })
  },
  {
    ids: "4.6.0-2 4.6.0-3 4.6.0-5 4.6.0-6",
    what: "messages of one publisher and their acknowledgements keep their order",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, topic, { qos: 0 })
        const publisher = yield* connect(target, version)
        const numbers = Array.from({ length: 15 }, (_, index) => index + 1)
        yield* publisher.send(...numbers.map((packetId) =>
          Packet.publish({ topic, payload: bytes(`${packetId}`), qos: packetId % 2 === 0 ? 1 : 2, packetId })
        ))
        const answers = yield* publisher.drain
        const idsOf = (tag: Packet.PacketType) =>
          answers.flatMap((packet) =>
            packet._tag === tag && "packetId" in packet ? [packet.packetId] : []
          )
        assert.deepStrictEqual(idsOf("PubAck"), numbers.filter((number) => number % 2 === 0))
        assert.deepStrictEqual(idsOf("PubRec"), numbers.filter((number) => number % 2 === 1))
        for (const packetId of idsOf("PubRec")) yield* publisher.send(Packet.pubRel({ packetId: packetId ?? 0 }))
        yield* publisher.drain
        const received = payloads(yield* peer.drain)
        const order = (odd: number) => received.filter((payload) => Number(payload) % 2 === odd)
        assert.deepStrictEqual(order(0), numbers.filter((number) => number % 2 === 0).map(String))
        assert.deepStrictEqual(order(1), numbers.filter((number) => number % 2 === 1).map(String))
      })
  },
  {
    ids: "1.5.4-3 4.7.3-4",
    what: "topics are compared as they are: U+FEFF stays, and nothing is normalized",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const name = fresh("t")
        const peer = yield* connect(target, version)
        for (const filter of [`\uFEFF${name}`, `${name}/\u00e9`]) yield* subscribe(peer, filter)
        const publisher = yield* connect(target, version)
        const topics = [`\uFEFF${name}`, name, `${name}/\u00e9`, `${name}/e\u0301`]
        for (const topic of topics) yield* publish(publisher, topic, "x")
        assert.deepStrictEqual(published(yield* peer.drain).map(({ topic }) => topic), [topics[0], topics[2]])
      })
  },
  {
    ids: "3.3.2-2",
    what: "a wildcard in a topic name ends the connection",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        for (const wildcard of ["+", "#"]) {
          const peer = yield* connect(target, version)
          const topic = bytes(`a/${wildcard}`)
          yield* peer.sendBytes(
            Uint8Array.of(0x30, version === 5 ? 6 : 5, 0, 3, ...topic, ...(version === 5 ? [0] : []))
          )
          yield* peer.ended
        }
      })
  }
]
