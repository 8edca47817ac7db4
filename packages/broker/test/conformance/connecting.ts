import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { payloads, subscribe } from "../rawClient.ts"
import type { Check } from "./check.ts"
import { both, bytes, five, kept, keptFor, willOn } from "./check.ts"
import { connect, fresh, open, publish, published } from "./peer.ts"

export const connecting: ReadonlyArray<Check> = [
  {
    ids: "3.1.0-1",
    what: "the first packet has to be a CONNECT",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* open(target, version)
        yield* peer.send(Packet.pingReq)
        yield* peer.ended
      })
  },
  {
    ids: "3.1.0-2",
    what: "a second CONNECT ends the connection",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        yield* peer.send(Packet.connect({ clientId: peer.clientId, protocolVersion: version }))
        yield* peer.ended
      })
  },
  {
    ids: "3.1.2-2",
    what: "an unknown protocol level is refused with its code",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* open(target, 4)
        const level = version === 4 ? 6 : 99
        yield* peer.sendBytes(Uint8Array.of(0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, level, 2, 0, 60, 0, 1, 0x61))
        const code = yield* peer.ended
        if (code !== undefined) assert.include([1, 0x84], code)
      })
  },
  {
    ids: "3.1.2-4 3.1.2-5 3.1.2-6 3.2.2-2 3.2.2-3",
    what: "a session is resumed or made, and Session Present says which",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, kept(version))
        assert.isFalse(first.connAck.sessionPresent)
        yield* subscribe(first, topic, { qos: 1 })
        yield* first.send(Packet.disconnect())
        yield* first.ended
        const publisher = yield* connect(target, version)
        yield* publish(publisher, topic, "missed")
        const second = yield* connect(target, version, { ...kept(version), clientId: first.clientId })
        assert.isTrue(second.connAck.sessionPresent)
        assert.deepStrictEqual(payloads(yield* second.drain), ["missed"])
        yield* second.send(Packet.disconnect())
        yield* second.ended
        const clean = yield* connect(target, version, { clientId: first.clientId, cleanStart: true })
        assert.isFalse(clean.connAck.sessionPresent)
        yield* publish(publisher, topic, "later")
        assert.deepStrictEqual(yield* clean.drain, [])
      })
  },
  {
    ids: "3.1.2-7 3.1.2-8 3.1.2-10 3.14.4-3",
    what: "a will is published when the connection is lost, and deleted by DISCONNECT",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic, { qos: 1 })
        const polite = yield* connect(target, version, { will: willOn(topic, { payload: bytes("polite") }) })
        yield* polite.send(Packet.disconnect())
        yield* polite.ended
        const lost = yield* connect(target, version, { will: willOn(topic, { payload: bytes("lost") }) })
        yield* lost.cut
        const { payload, qos, retain } = yield* witness.expect("Publish")
        assert.deepStrictEqual([new TextDecoder().decode(payload), qos, retain], ["lost", 1, false])
      })
  },
  {
    ids: "3.14.4-3 (0x04)",
    what: "DISCONNECT with Will Message publishes it",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic)
        const peer = yield* connect(target, version, { will: willOn(topic) })
        yield* peer.send(Packet.disconnect({ reasonCode: 4 }))
        yield* peer.ended
        yield* witness.expect("Publish")
      })
  },
  {
    ids: "3.1.3-9",
    what: "coming back within the will delay cancels the will",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const witness = yield* connect(target, version)
        yield* subscribe(witness, topic)
        const fields = (willDelayInterval: number) => ({
          ...kept(version),
          will: willOn(topic, { properties: { willDelayInterval } })
        })
        // Long enough to be back in time on a machine that has much to do.
        const lost = yield* connect(target, version, fields(3))
        yield* lost.cut
        yield* connect(target, version, { ...kept(version), clientId: lost.clientId })
        yield* Effect.sleep("3500 millis")
        assert.deepStrictEqual(yield* witness.drain, [])
        const gone = yield* connect(target, version, fields(1))
        yield* gone.cut
        yield* witness.expect("Publish")
      })
  },
  {
    ids: "3.1.2-14 3.1.2-15",
    what: "a will is retained if it says so",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const witness = yield* connect(target, version)
        for (const retain of [false, true]) {
          const topic = fresh("t")
          yield* subscribe(witness, topic, { qos: 1 })
          const lost = yield* connect(target, version, { will: willOn(topic, { retain }) })
          yield* lost.cut
          yield* witness.expect("Publish")
          const late = yield* connect(target, version)
          yield* subscribe(late, topic, { qos: 1 })
          assert.deepStrictEqual(published(yield* late.drain).map((packet) => packet.retain), retain ? [true] : [])
        }
      })
  },
  {
    ids: "3.1.2-22",
    what: "silence for one and a half keep-alives ends the connection",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const begun = yield* Clock.currentTimeMillis
        const peer = yield* connect(target, version, { keepAlive: 2 })
        const code = yield* peer.ended
        // Mosquitto counts in whole seconds, and the first of them may have begun long ago.
        assert.isAtLeast((yield* Clock.currentTimeMillis) - begun, 2000)
        if (version === 5 && code !== undefined) assert.strictEqual(code, 0x8d)
      })
  },
  {
    ids: "3.1.3-5 3.1.3-8",
    what: "client identifiers of 1 to 23 plain characters are taken",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        // Not the same at both levels: they run side by side, and would take each other's session over.
        const plain = version === 4
          ? ["a", "0123456789abcdefghijklm", "NOPQRSTUVWXYZnopqrstuvw"]
          : ["b", "nopqrstuvwxyz0123456789", "ABCDEFGHIJKLMNOPQRSTUVW"]
        for (const clientId of plain) {
          const peer = yield* connect(target, version, { clientId })
          yield* peer.cut
        }
      })
  },
  {
    ids: "3.1.3-6 3.1.3-7",
    what: "an empty client identifier is replaced, in 3.1.1 only with clean session",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const one = yield* connect(target, version, { clientId: "" })
        if (version === 5) {
          const two = yield* connect(target, version, { clientId: "" })
          const ids = [one, two].map(({ connAck }) => connAck.properties?.assignedClientIdentifier ?? "")
          assert.lengthOf(new Set(ids), 2)
          assert.notInclude(ids, "")
        } else {
          const refused = yield* open(target, version)
          yield* refused.sendBytes(Uint8Array.of(0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0))
          const code = yield* refused.ended
          if (code !== undefined) assert.strictEqual(code, 2)
        }
      })
  },
  {
    ids: "3.1.4-3",
    what: "the same client identifier again ends the old connection",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const old = yield* connect(target, version)
        const { drain } = yield* connect(target, version, { clientId: old.clientId })
        const code = yield* old.ended
        assert.strictEqual(code, version === 5 ? 0x8e : undefined)
        yield* drain
      })
  },
  {
    ids: "3.2.0-1 3.2.0-2",
    what: "CONNACK comes first, and once",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const topic = fresh("t")
        const first = yield* connect(target, version, kept(version))
        yield* subscribe(first, topic, { qos: 1 })
        yield* publish(yield* connect(target, version), topic, "waiting")
        const again = yield* open(target, version)
        const fields = { ...kept(version), clientId: first.clientId, protocolVersion: version }
        yield* again.send(Packet.connect(fields), Packet.pingReq)
        assert.isTrue((yield* again.expect("ConnAck")).sessionPresent)
        const rest = [yield* again.next, yield* again.next, ...(yield* again.drain)]
        assert.notInclude(rest.map((packet) => packet?._tag), "ConnAck")
      })
  },
  {
    ids: "3.12.4-1",
    what: "PINGREQ is answered",
    versions: both,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        yield* peer.send(Packet.pingReq)
        yield* peer.expect("PingResp")
      })
  },
  {
    ids: "3.14.0-1",
    what: "no DISCONNECT before a good CONNACK",
    versions: five,
    run: (target) =>
      Effect.gen(function*() {
        const peer = yield* open(target, 5)
        // Reserved flag set: a malformed CONNECT.
        yield* peer.sendBytes(Uint8Array.of(0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 3, 0, 60, 0, 0, 1, 0x61))
        const packet = yield* peer.next
        assert.notStrictEqual(packet?._tag, "Disconnect")
      })
  },
  {
    ids: "3.14.2-2",
    what: "no DISCONNECT from the server has a session expiry, and a client's may not raise it from 0",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const old = yield* connect(target, version, keptFor(10))
        yield* connect(target, version, { clientId: old.clientId })
        assert.isUndefined((yield* old.expect("Disconnect")).properties?.sessionExpiryInterval)
        const short = yield* connect(target, version)
        yield* short.send(Packet.disconnect(keptFor(10)))
        assert.strictEqual(yield* short.ended, 0x82)
      })
  },
  {
    ids: "4.1.0-2",
    what: "a session ends when its expiry has passed",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version, { cleanStart: false, ...keptFor(1) })
        yield* peer.send(Packet.disconnect())
        yield* peer.ended
        yield* Effect.sleep("2100 millis")
        const again = yield* connect(target, version, { cleanStart: false, clientId: peer.clientId })
        assert.isFalse(again.connAck.sessionPresent)
      })
  }
]
