import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { payloads, subscribe } from "../rawClient.ts"
import type { Check } from "./check.ts"
import { both, bytes, five, kept, keptFor, willOn } from "./check.ts"
import { connect, fresh, publish, published } from "./peer.ts"

/** How connections and sessions come to an end, and what becomes of wills then. */
export const ending: ReadonlyArray<Check> = [
  {
    ids: "3.14.2.2.2",
    what: "DISCONNECT may shorten a session, to nothing as well",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const first = yield* connect(target, version, kept(version))
        yield* first.send(Packet.disconnect(keptFor(0)))
        yield* first.ended
        const again = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        assert.isFalse(again.connAck.sessionPresent)
      })
  },
  {
    ids: "3.1.2.11.2 (no expiry)",
    what: "a session without an expiry ends with its connection, whether that is cut or not",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const first = yield* connect(target, version, { cleanStart: false })
        yield* subscribe(first, fresh("t"), { qos: 1 })
        yield* first.cut
        // The broker may hear of it a moment later.
        yield* Effect.sleep("100 millis")
        const again = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        assert.isFalse(again.connAck.sessionPresent)
      })
  },
  {
    ids: "3.1.2-6 (3.1.1)",
    what: "a clean session is forgotten with its connection",
    versions: [4],
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, { cleanStart: true })
        yield* subscribe(first, topic, { qos: 1 })
        yield* first.send(Packet.disconnect())
        yield* first.ended
        yield* publish(yield* connect(target, version), topic, "missed")
        const again = yield* connect(target, version, { cleanStart: false, clientId: first.clientId })
        assert.isFalse(again.connAck.sessionPresent)
        assert.deepStrictEqual(yield* again.drain, [])
      })
  },
  {
    ids: "3.1.2-8 (taken over)",
    what: "a connection that is taken over was not ended by its client: its will is published",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic, { qos: 1 })
        const old = yield* connect(target, version, { ...kept(version), will: willOn(topic) })
        yield* connect(target, version, { ...kept(version), clientId: old.clientId })
        yield* old.ended
        assert.deepInclude(yield* witness.expect("Publish"), { topic, qos: 1 })
      })
  },
  {
    ids: "3.1.4-3 (session)",
    what: "a connection that takes over a session gets what the old one had not acknowledged",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const old = yield* connect(target, version, kept(version))
        yield* subscribe(old, topic, { qos: 1 })
        yield* publish(yield* connect(target, version), topic, "held")
        yield* old.expect("Publish")
        const heir = yield* connect(target, version, { ...kept(version), clientId: old.clientId })
        assert.isTrue(heir.connAck.sessionPresent)
        assert.deepInclude(yield* heir.expect("Publish"), { payload: bytes("held"), dup: true })
      })
  },
  {
    ids: "3.1.3.2.2 (end of the session)",
    what: "a will with a delay is published with the end of its session, if that comes first",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic, { qos: 1 })
        const will = willOn(topic, { properties: { willDelayInterval: 600 } })
        // Without a session there is nothing to wait for.
        const lost = yield* connect(target, version, { will })
        yield* lost.cut
        yield* witness.expect("Publish")
        yield* witness.send(Packet.pubAck({ packetId: 1 }))
        const replaced = yield* connect(target, version, { ...kept(version), will })
        yield* replaced.cut
        yield* connect(target, version, { cleanStart: true, clientId: replaced.clientId })
        yield* witness.expect("Publish")
      })
  },
  {
    ids: "3.1.3.2 3.3.2-4 (will)",
    what: "a will travels with its properties, but without its delay",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic)
        const properties = {
          payloadFormatIndicator: 1,
          contentType: "text/plain",
          responseTopic: "answer/here",
          correlationData: Uint8Array.of(0, 255),
          userProperties: [["b", "1"], ["a", "2"], ["b", "1"]] as const
        }
        const lost = yield* connect(target, version, { will: willOn(topic, { properties }) })
        yield* lost.cut
        assert.deepStrictEqual((yield* witness.expect("Publish")).properties, properties)
      })
  },
  {
    ids: "3.14.4-2",
    what: "what follows a DISCONNECT is not read",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic)
        const peer = yield* connect(target, version)
        yield* peer.send(
          Packet.publish({ topic, payload: bytes("before") }),
          Packet.disconnect(),
          Packet.publish({ topic, payload: bytes("behind") })
        )
        assert.isUndefined(yield* peer.ended)
        assert.deepStrictEqual(payloads(yield* witness.drain), ["before"])
      })
  },
  {
    ids: "3.3.2-5 (retained)",
    what: "a retained message expires as well, and says what is left of its time",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const [short, long] = [fresh("t"), fresh("t")]
        const publisher = yield* connect(target, version)
        const retained = (topic: string, messageExpiryInterval: number) =>
          publish(publisher, topic, "old", { retain: true, properties: { messageExpiryInterval } })
        yield* retained(short, 1)
        yield* retained(long, 60)
        yield* Effect.sleep("2100 millis")
        const peer = yield* connect(target, version)
        yield* subscribe(peer, short)
        yield* subscribe(peer, long)
        const [message, ...others] = published(yield* peer.drain)
        assert.deepInclude(message, { topic: long, retain: true })
        assert.lengthOf(others, 0)
        assert.isAtMost(message?.properties?.messageExpiryInterval ?? 60, 58)
      })
  }
]
