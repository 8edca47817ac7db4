import { Packet } from "@effect-mqtt/codec"
import type { Session } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { ConnectError } from "../src/MqttError.ts"
import * as Rig from "./sessionRig.ts"
import { bytes, bytesOf, incoming } from "./sessionRig.ts"

const versions: ReadonlyArray<Rig.Version> = [4, 5]

const publishes = (packets: ReadonlyArray<Packet.Packet>) =>
  packets.flatMap((packet) => packet._tag === "Publish" ? [[packet.topic, packet.packetId, packet.dup]] : [])

describe("Session", () => {
  describe("handshake", () => {
    it("writes CONNECT first and nothing before CONNACK", () => {
      const rig = Rig.make()
      rig.publish("a", 1)
      assert.deepStrictEqual(rig.open().map((packet) => packet._tag), ["Connect"])
      rig.publish("b", 0)
      assert.deepStrictEqual(rig.tags(), [])
      rig.connAck()
      assert.deepStrictEqual(publishes(rig.sent()), [["a", 1, false], ["b", undefined, false]])
    })

    it.each<[string, Packet.Packet]>([
      ["SUBACK", Packet.subAck({ packetId: 1, reasonCodes: [0] })],
      ["PINGRESP", Packet.pingResp],
      ["PUBLISH", Packet.publish({ topic: "a", payload: new Uint8Array() })],
      ["DISCONNECT", Packet.disconnect({ reasonCode: 0x8b })]
    ])("ends when the first packet is %s, and says nothing", (_, packet) => {
      const rig = Rig.make()
      rig.open()
      rig.receive(packet)
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepStrictEqual(rig.tags(), [])
    })

    it("ends at a second CONNACK", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.connAck()
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepInclude(rig.sent()[0], { _tag: "Disconnect", reasonCode: 0x82 })
    })

    it.each<[Rig.Version, number, string, boolean]>([
      [4, 1, "ConnectError.ConnectRefused", false],
      [4, 2, "ConnectError.ConnectRefused", false],
      [4, 3, "ConnectError.ServerUnavailable", true],
      [4, 4, "AuthError.BadCredentials", false],
      [4, 5, "AuthError.NotAuthorized", false],
      [5, 0x80, "ConnectError.ServerUnavailable", true],
      [5, 0x81, "ConnectError.ProtocolError", true],
      [5, 0x84, "ConnectError.ConnectRefused", false],
      [5, 0x85, "ConnectError.ConnectRefused", false],
      [5, 0x86, "AuthError.BadCredentials", false],
      [5, 0x87, "AuthError.NotAuthorized", false],
      [5, 0x88, "ConnectError.ServerUnavailable", true],
      [5, 0x89, "ConnectError.ServerUnavailable", true],
      [5, 0x8a, "AuthError.Banned", false],
      [5, 0x8c, "AuthError.BadAuthenticationMethod", false],
      [5, 0x90, "ConnectError.ConnectRefused", false],
      [5, 0x95, "ConnectError.QuotaError", false],
      [5, 0x97, "ConnectError.QuotaError", true],
      [5, 0x99, "ConnectError.ConnectRefused", false],
      [5, 0x9a, "ConnectError.ConnectRefused", false],
      [5, 0x9f, "ConnectError.QuotaError", true]
    ])("MQTT %d refused with 0x%x is %s, retryable %s", (version, reasonCode, expected, retryable) => {
      const rig = Rig.make(version)
      rig.open()
      rig.connAck({ reasonCode })
      assert.strictEqual(rig.ended(), expected)
      assert.strictEqual(rig.session.ended()?.retryable, retryable)
      assert.strictEqual(rig.session.ended()?.reasonCode, reasonCode)
      assert.deepStrictEqual(rig.tags(), [])
    })

    it.each<[number, string, boolean]>([
      [0x00, "ConnectError.ServerDisconnected", true],
      [0x87, "AuthError.NotAuthorized", false],
      [0x8b, "ConnectError.ServerDisconnected", true],
      [0x8d, "ConnectError.ServerDisconnected", true],
      [0x8e, "ConnectError.SessionTakenOver", false],
      [0x8f, "ConnectError.ConnectRefused", true],
      [0x90, "ConnectError.ConnectRefused", true],
      [0x93, "ConnectError.ProtocolError", true],
      [0x95, "ConnectError.QuotaError", true],
      [0x99, "ConnectError.ConnectRefused", true],
      [0x9d, "ConnectError.ConnectRefused", false]
    ])("DISCONNECT 0x%x from the server is %s, retryable %s", (reasonCode, expected, retryable) => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.receive(Packet.disconnect({ reasonCode }))
      assert.strictEqual(rig.ended(), expected)
      assert.strictEqual(rig.session.ended()?.retryable, retryable)
      assert.deepStrictEqual(rig.tags(), [])
    })

    it.each<readonly [Rig.Version, string, Uint8Array]>([
      [4, "its own", Uint8Array.of(0x20, 3, 0, 0x84, 0)],
      [4, "its own, with words", Uint8Array.of(0x20, 7, 0, 0x84, 4, 0x1f, 0, 1, 0x35)],
      [4, "the old", Uint8Array.of(0x20, 2, 0, 0x84)],
      [5, "the old", Uint8Array.of(0x20, 2, 0, 0x84)]
    ])("MQTT %d reads that the version is not supported, in %s shape", (version, _, bytes) => {
      const rig = Rig.make(version)
      rig.open()
      rig.receiveBytes(bytes)
      assert.strictEqual(rig.ended(), "ConnectError.ConnectRefused")
      assert.deepInclude(rig.session.ended(), { retryable: false, reasonCode: 0x84 })
    })

    it("does not know what other codes of MQTT 5 are to mean in 3.1.1, nor a success in the other shape", () => {
      for (const bytes of [Uint8Array.of(0x20, 2, 0, 0x87), Uint8Array.of(0x20, 3, 0, 0, 0)]) {
        const rig = Rig.make(4)
        rig.open()
        rig.receiveBytes(bytes)
        assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      }
    })

    it("reads the refusal of a server that only speaks 3.1.1", () => {
      const rig = Rig.make(5)
      rig.open()
      rig.receiveBytes(Uint8Array.of(0x20, 2, 0, 1))
      assert.strictEqual(rig.ended(), "ConnectError.ConnectRefused")
    })

    it("gives up at the CONNACK time-out, not before", () => {
      const rig = Rig.make()
      rig.open()
      rig.advance(9_999)
      assert.isUndefined(rig.ended())
      rig.advance(1)
      assert.strictEqual(rig.ended(), "ConnectError.Timeout")
    })

    it("refuses a CONNECT that cannot be written", () => {
      const rig = Rig.make(4)
      rig.open({ password: new Uint8Array(1) })
      assert.strictEqual(rig.ended(), "ConnectError.InvalidEndpoint")
      assert.strictEqual(rig.session.ended()?.retryable, false)
    })
  })

  describe("after CONNACK", () => {
    it.each<[boolean, boolean, boolean, string]>([
      // clean start, local session, session present
      [true, false, false, "new"],
      [true, true, false, "new"],
      [true, false, true, "ConnectError.ProtocolError"],
      [true, true, true, "ConnectError.ProtocolError"],
      [false, false, false, "new"],
      [false, false, true, "ConnectError.ProtocolError"],
      [false, true, false, "new"],
      [false, true, true, "resumed"]
    ])("clean start %s, local %s, present %s: %s", (cleanStart, local, sessionPresent, expected) => {
      const rig = Rig.make()
      if (local) {
        rig.connect()
        rig.session.lost()
      }
      const before = rig.connections()
      rig.open({ cleanStart })
      rig.connAck({ sessionPresent })
      if (expected.startsWith("ConnectError")) {
        assert.strictEqual(rig.ended(), expected)
        assert.strictEqual(rig.session.mustStartClean(), !cleanStart)
      } else {
        assert.isUndefined(rig.ended())
        assert.isTrue(rig.session.isReady())
        assert.strictEqual(rig.connections(), before + 1)
      }
    })

    it("knows no session once the server has said that it keeps none", () => {
      const rig = Rig.make()
      rig.connect({ properties: { sessionExpiryInterval: 0 } })
      assert.isFalse(rig.session.hasState())
    })

    it("resumes: PUBRELs by PUBREC order, then PUBLISHes in send order with DUP, then what is new", () => {
      const rig = Rig.make()
      rig.connect()
      for (const topic of ["a", "b", "c", "d"]) rig.publish(topic, topic === "c" ? 1 : 2)
      rig.receive(Packet.pubRec({ packetId: 4 }), Packet.pubRec({ packetId: 1 }))
      rig.sent()
      rig.session.lost()
      rig.publish("new", 1)
      rig.connect({ sessionPresent: true })
      assert.deepStrictEqual(
        rig.sent().map((packet) =>
          packet._tag === "Publish"
            ? [packet.topic, packet.packetId, packet.dup]
            : [packet._tag, "packetId" in packet && packet.packetId]
        ),
        [["PubRel", 4], ["PubRel", 1], ["b", 2, true], ["c", 3, true], ["new", 5, false]]
      )
    })

    it("resends in parts that the transport takes one by one, and nothing new overtakes them", () => {
      const rig = Rig.make(5, { inFlight: 1000 })
      rig.connect()
      for (let count = 0; count < 1000; count++) rig.publish(`t/${count}`, 1, "x".repeat(300))
      rig.sent()
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      rig.publish("new", 0)
      const parts = Array.from({ length: 8 }, () => {
        const bytes = rig.session.outputBytes()
        assert.isAtMost(bytes, 66_000)
        return rig.sent()
      }).filter((part) => part.length > 0)
      assert.isAbove(parts.length, 4)
      const topics = parts.flat().flatMap((packet) => packet._tag === "Publish" ? [packet.topic] : [])
      assert.deepStrictEqual(topics, [...Array.from({ length: 1000 }, (_, count) => `t/${count}`), "new"])
    })

    it("keeps the order of resends when a link drops in the middle of them", () => {
      const rig = Rig.make()
      rig.connect()
      for (const topic of ["a", "b", "c"]) rig.publish(topic, 1)
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { receiveMaximum: 1 } })
      assert.deepStrictEqual(publishes(rig.sent()), [["a", 1, true]])
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["a", "b", "c"])
    })

    it("paces resends by the new Receive Maximum, and counts only what it wrote", () => {
      const rig = Rig.make()
      rig.connect()
      const all = Array.from({ length: 20 }, (_, index) => rig.publish(`${index}`, 1))
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { receiveMaximum: 1 } })
      for (let id = 1; id <= 20; id++) {
        assert.deepStrictEqual(publishes(rig.sent()), [[`${id - 1}`, id, true]])
        rig.advance(20_000)
        rig.receive(Packet.pubAck({ packetId: id }), Packet.pingResp)
      }
      assert.isUndefined(rig.ended())
      assert.isTrue(all.every(({ result }) => result === 0))
    })

    it("a lost session: QoS 1 as new, QoS 2 fails, released succeeds, order kept", () => {
      const rig = Rig.make()
      rig.connect()
      const one = rig.publish("one", 1)
      const two = rig.publish("two", 2)
      const released = rig.publish("released", 2)
      const abandoned = rig.publish("abandoned", 1)
      abandoned.cancel()
      rig.receive(Packet.pubRec({ packetId: 3 }))
      rig.sent()
      rig.session.lost()
      const queued = rig.publish("queued", 2)
      rig.connect({ sessionPresent: false }, { cleanStart: false })
      assert.deepStrictEqual(
        [one.result, two.result, released.result, queued.result],
        ["waits", "SessionLost", 0, "waits"]
      )
      assert.deepStrictEqual(publishes(rig.sent()).map(([topic, , dup]) => [topic, dup]), [
        ["one", false],
        ["abandoned", false],
        ["queued", false]
      ])
    })

    it("fails a resend that the server does not offer any more", () => {
      const rig = Rig.make()
      rig.connect()
      const twice = rig.publish("twice", 2)
      const once = rig.publish("once", 1)
      const released = rig.publish("released", 2)
      rig.receive(Packet.pubRec({ packetId: 3 }))
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { maximumQoS: 1 } })
      assert.deepStrictEqual([twice.result, once.result, released.result], ["NotSupported", "waits", "waits"])
      // The server may hold the first one, and its identifier with it.
      assert.deepStrictEqual(
        rig.sent().map((packet) => [packet._tag, "packetId" in packet ? packet.packetId : 0]),
        [["PubRel", 3], ["PubRel", 1], ["Publish", 2]]
      )
      rig.receive(Packet.pubAck({ packetId: 2 }), Packet.pubComp({ packetId: 3 }))
      assert.deepStrictEqual([once.result, released.result], [0, 0])
      assert.isFalse(rig.session.isIdle())
      rig.receive(Packet.pubComp({ packetId: 1, reasonCode: 0x92 }))
      assert.isTrue(rig.session.isIdle())
    })

    it("keeps the identifier of such a message until the server has let go of it, over links and the whole round", () => {
      const rig = Rig.make()
      rig.connect()
      const large = rig.publish("large", 2, "x".repeat(500))
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { maximumPacketSize: 100 } })
      assert.strictEqual(large.result, "PacketTooLarge")
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { maximumPacketSize: 100 } })
      assert.deepStrictEqual(rig.tags(), ["PubRel"])
      const given = new Set<number>()
      for (let count = 0; count < 65_535; count++) {
        rig.publish("t", 1)
        for (const packet of rig.sent()) {
          if (packet._tag !== "Publish" || packet.packetId === undefined) continue
          given.add(packet.packetId)
          rig.receive(Packet.pubAck({ packetId: packet.packetId }))
        }
      }
      assert.strictEqual(given.size, 65_534)
      assert.isFalse(given.has(1))
    })

    it("sends what is published when that fails behind what it has to send again", () => {
      const rig = Rig.make()
      rig.connect()
      const refused = { _tag: "Publish", topic: "refused", payload: Rig.bytes(""), qos: 2, retain: false } as const
      rig.session.publish(rig.now(), refused, () => void rig.publish("new", 1))
      rig.publish("again", 1)
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { maximumQoS: 1 } })
      assert.deepStrictEqual(publishes(rig.sent()).map(([topic, , dup]) => [topic, dup]), [
        ["again", true],
        ["new", false]
      ])
    })

    it("ends an exchange that a server with room for nothing cannot hear of", () => {
      const rig = Rig.make()
      rig.connect()
      const released = rig.publish("released", 2)
      rig.receive(Packet.pubRec({ packetId: 1 }))
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { maximumPacketSize: 3 } })
      assert.strictEqual(released.result, 0)
      assert.isTrue(rig.session.isIdle())
    })

    it("answers a server with room for no reason code without one, so that no exchange stays open", () => {
      for (const maximumPacketSize of [4, 5]) {
        const rig = Rig.make()
        rig.connect({ properties: { maximumPacketSize } })
        rig.sent()
        rig.receive(Packet.pubRec({ packetId: 9 }), Packet.pubRel({ packetId: 9 }), Rig.incoming("a", 1, 1))
        rig.receive(Rig.incoming("b", 2, 2), Rig.incoming("b", 3, 2))
        for (const [index, pending] of rig.pendings.entries()) rig.session.accept(pending, index < 2 ? 0x97 : 0)
        rig.receive(Packet.pubRel({ packetId: 2 }))
        assert.deepStrictEqual(
          rig.sent().map((packet) => [packet._tag, "packetId" in packet ? packet.packetId : 0]),
          [["PubRel", 9], ["PubComp", 9], ["PubAck", 1], ["PubRec", 2], ["PubRec", 3], ["PubComp", 2]]
        )
        assert.isUndefined(rig.ended())
      }
    })

    it("fails a resend that the new server finds too large", () => {
      const rig = Rig.make()
      rig.connect()
      const large = rig.publish("large", 1, "x".repeat(500))
      const small = rig.publish("small", 1)
      rig.session.lost()
      rig.connect({ sessionPresent: true, properties: { maximumPacketSize: 100 } })
      assert.strictEqual(large.result, "PacketTooLarge")
      rig.receive(Packet.pubAck({ packetId: 2 }))
      assert.strictEqual(small.result, 0)
    })
  })

  describe.each(versions)("publishing, MQTT %d", (version) => {
    it("QoS 0 settles when written, QoS 1 with PUBACK, QoS 2 with PUBCOMP", () => {
      const rig = Rig.make(version)
      rig.connect()
      const results = [0, 1, 2].map((qos) => rig.publish("t", qos === 0 ? 0 : qos === 1 ? 1 : 2))
      const now = () => results.map(({ result }) => result)
      assert.deepStrictEqual(now(), [0, "waits", "waits"])
      assert.deepStrictEqual(rig.tags(), ["Publish", "Publish", "Publish"])
      rig.receive(Packet.pubAck({ packetId: 1 }), Packet.pubRec({ packetId: 2 }))
      assert.deepStrictEqual(rig.tags(), ["PubRel"])
      assert.deepStrictEqual(now(), [0, 0, "waits"])
      rig.receive(Packet.pubComp({ packetId: 2 }))
      assert.deepStrictEqual(now(), [0, 0, 0])
      assert.isTrue(rig.session.isIdle())
    })

    it.each<[string, 1 | 2, Packet.Packet]>([
      ["PUBACK for QoS 2", 2, Packet.pubAck({ packetId: 1 })],
      ["PUBREC for QoS 1", 1, Packet.pubRec({ packetId: 1 })],
      ["PUBCOMP before PUBREC", 2, Packet.pubComp({ packetId: 1 })]
    ])("%s is a protocol error", (_, qos, packet) => {
      const rig = Rig.make(version)
      rig.connect()
      rig.publish("t", qos)
      rig.sent()
      rig.receive(packet)
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepStrictEqual(rig.tags(), version === 5 ? ["Disconnect"] : [])
    })

    it("ignores acknowledgements of nothing, and answers PUBREC and PUBREL of nothing", () => {
      const rig = Rig.make(version)
      rig.connect()
      rig.sent()
      rig.receive(
        Packet.pubAck({ packetId: 9 }),
        Packet.pubComp({ packetId: 9 }),
        Packet.subAck({ packetId: 9, reasonCodes: [0] }),
        Packet.pubRec({ packetId: 9 }),
        Packet.pubRel({ packetId: 9 })
      )
      const [release, complete] = rig.sent()
      assert.deepInclude(release, { _tag: "PubRel", packetId: 9 })
      assert.deepInclude(complete, { _tag: "PubComp", packetId: 9 })
      if (version === 5) {
        assert.deepInclude(release, { reasonCode: 0x92 })
        assert.deepInclude(complete, { reasonCode: 0x92 })
        rig.receive(Packet.pubRec({ packetId: 9, reasonCode: 0x97 }))
        assert.deepStrictEqual(rig.sent(), [])
      }
      assert.isUndefined(rig.ended())
    })

    it("answers each repeated PUBREC with PUBREL, and the window stays what it was", () => {
      const rig = Rig.make(version, { inFlight: 1 })
      rig.connect()
      const first = rig.publish("a", 2)
      const second = rig.publish("b", 2)
      rig.sent()
      for (let times = 0; times < 3; times++) {
        rig.receive(Packet.pubRec({ packetId: 1 }))
        assert.deepStrictEqual(rig.tags(), ["PubRel"])
      }
      rig.receive(Packet.pubComp({ packetId: 1 }))
      assert.deepStrictEqual(publishes(rig.sent()), [["b", 2, false]])
      rig.receive(Packet.pubRec({ packetId: 2 }), Packet.pubComp({ packetId: 2 }))
      assert.deepStrictEqual([first.result, second.result], [0, 0])
    })

    it("a window of one carries a thousand publishes, in order", () => {
      const rig = Rig.make(version, { inFlight: 1 })
      rig.connect()
      const all = Array.from({ length: 1000 }, (_, index) => rig.publish(`${index}`, index % 3 === 0 ? 2 : 1))
      const seen: Array<unknown> = []
      for (let step = 0; !rig.session.isIdle(); step++) {
        const packets = rig.sent()
        assert.isAtMost(packets.filter(({ _tag }) => _tag === "Publish").length, 1)
        for (const packet of packets) {
          if (packet._tag === "Publish") {
            seen.push(packet.topic)
            const packetId = packet.packetId ?? 0
            rig.receive(packet.qos === 1 ? Packet.pubAck({ packetId }) : Packet.pubRec({ packetId }))
          } else if (packet._tag === "PubRel") rig.receive(Packet.pubComp({ packetId: packet.packetId }))
        }
        assert.isBelow(step, 3000)
      }
      assert.deepStrictEqual(seen, all.map((_, index) => `${index}`))
      assert.isTrue(all.every(({ result }) => result === 0))
    })
  })

  describe("publishing", () => {
    describe("what expires while it waits for a link", () => {
      const publish = (rig: ReturnType<typeof Rig.make>, topic: string, messageExpiryInterval: number) => {
        const results: Array<unknown> = []
        rig.session.publish(
          rig.now(),
          { _tag: "Publish", topic, payload: bytes(""), qos: 1, retain: false, properties: { messageExpiryInterval } },
          (result) => results.push(Either.isLeft(result) ? result.left.reason : result.right.reasonCode)
        )
        return results
      }
      const expiries = (packets: ReadonlyArray<Packet.Packet>) =>
        packets.map((packet) => packet._tag === "Publish" && [packet.topic, packet.properties?.messageExpiryInterval])

      it("is not sent, the rest with the time that is left", () => {
        const rig = Rig.make()
        const stale = publish(rig, "stale", 5)
        const fresh = publish(rig, "fresh", 60)
        rig.advance(5500)
        rig.connect()
        assert.deepStrictEqual(expiries(rig.sent()), [["fresh", 55]])
        assert.deepStrictEqual([stale, fresh], [["Expired"], []])
      })

      it("makes room in a full queue", () => {
        const rig = Rig.make(5, { queueMessages: 1 })
        const stale = publish(rig, "stale", 5)
        rig.advance(4999)
        assert.deepStrictEqual(publish(rig, "refused", 60), ["QueueFull"])
        rig.advance(1)
        assert.deepStrictEqual(publish(rig, "fresh", 60), [])
        assert.deepStrictEqual(stale, ["Expired"])
      })

      it("does not any more once it was written", () => {
        const rig = Rig.make()
        rig.connect()
        const results = publish(rig, "written", 5)
        rig.sent()
        rig.session.lost(rig.now())
        rig.advance(10_000)
        rig.connect({ sessionPresent: true })
        assert.deepStrictEqual(expiries(rig.sent()), [["written", 5]])
        rig.session.lost(rig.now())
        rig.advance(10_000)
        rig.connect()
        assert.deepStrictEqual(expiries(rig.sent()), [["written", 5]])
        assert.deepStrictEqual(results, [])
      })
    })

    it("hands out the rejection, whose place is free again", () => {
      const rig = Rig.make(5, { inFlight: 1 })
      rig.connect()
      const rejected = rig.publish("a", 1)
      const alsoRejected = rig.publish("b", 2)
      const unheard = rig.publish("c", 1)
      rig.receive(Packet.pubAck({ packetId: 1, reasonCode: 0x87 }))
      rig.receive(Packet.pubRec({ packetId: 2, reasonCode: 0x97 }))
      rig.receive(Packet.pubAck({ packetId: 3, reasonCode: 0x10 }))
      assert.deepStrictEqual([rejected.result, alsoRejected.result, unheard.result], [
        "PublishRejected",
        "PublishRejected",
        0x10
      ])
      assert.isTrue(rig.session.isIdle())
    })

    describe("what PUBREC says of nobody who subscribes", () => {
      const unmatched = (overrides: Parameters<typeof Rig.make>[1] = {}) => {
        const rig = Rig.make(5, overrides)
        rig.connect()
        const outcome = rig.publish("unheard", 2)
        return { rig, outcome }
      }
      const nobody = Packet.pubRec({ packetId: 1, reasonCode: 0x10 })

      it("is what the publish gives when PUBCOMP comes", () => {
        const { outcome, rig } = unmatched()
        rig.receive(nobody)
        assert.strictEqual(outcome.result, "waits")
        rig.receive(Packet.pubComp({ packetId: 1 }))
        assert.strictEqual(outcome.result, 0x10)
        assert.deepInclude(rig.session.traffic(), { publishesOk: 1, publishesFailed: 0 })
      })

      it("counts on the next link, also for a server that has forgotten the identifier, or the session", () => {
        for (const sessionPresent of [true, false]) {
          const { outcome, rig } = unmatched()
          rig.receive(nobody)
          rig.session.lost()
          rig.connect({ sessionPresent })
          if (sessionPresent) rig.receive(Packet.pubComp({ packetId: 1, reasonCode: 0x92 }))
          assert.strictEqual(outcome.result, 0x10)
        }
      })

      it("is that of the first PUBREC that comes", () => {
        const { outcome, rig } = unmatched()
        rig.session.lost()
        rig.connect({ sessionPresent: true })
        rig.receive(nobody)
        rig.receive(Packet.pubRec({ packetId: 1 }))
        rig.receive(Packet.pubComp({ packetId: 1 }))
        assert.strictEqual(outcome.result, 0x10)
      })
    })

    it("refuses what the server does not offer, and what is too large for it, and stays connected", () => {
      const rig = Rig.make()
      rig.connect({ properties: { maximumQoS: 1, retainAvailable: 0, maximumPacketSize: 50 } })
      rig.sent()
      assert.strictEqual(rig.publish("t", 2).result, "NotSupported")
      assert.strictEqual(rig.publish("t", 1, "x".repeat(60)).result, "PacketTooLarge")
      assert.strictEqual(rig.publish("t/#", 0).result, "InvalidMessage")
      assert.deepStrictEqual(rig.tags(), [])
      rig.publish("t", 1)
      assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["t"])
      assert.isUndefined(rig.ended())
    })

    it("bounds the queue by count and bytes; what is withdrawn makes room and is never sent", () => {
      const rig = Rig.make(5, { queueMessages: 3, queueBytes: 100 })
      const first = rig.publish("a", 1)
      const second = rig.publish("b", 0)
      assert.strictEqual(rig.publish("c", 1, "x".repeat(100)).result, "QueueFull")
      rig.publish("d", 1)
      assert.strictEqual(rig.publish("e", 1).result, "QueueFull")
      first.cancel()
      const last = rig.publish("f", 1)
      assert.strictEqual(last.result, "waits")
      rig.connect()
      assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["b", "d", "f"])
      assert.deepStrictEqual([first.result, second.result], ["waits", 0])
    })

    it("a queue whose entries come and go by the thousand stays usable", () => {
      const rig = Rig.make(5, { queueMessages: 10 })
      for (let times = 0; times < 5000; times++) rig.publish("t", 1).cancel()
      for (let times = 0; times < 10; times++) assert.strictEqual(rig.publish(`${times}`, 1).result, "waits")
      assert.strictEqual(rig.publish("t", 1).result, "QueueFull")
      rig.connect()
      assert.strictEqual(publishes(rig.sent()).length, 10)
    })

    it("QoS 0 behind a full window waits for its turn, and fails when the link drops", () => {
      const rig = Rig.make(5, { inFlight: 1 })
      rig.connect()
      rig.publish("a", 1)
      const behind = rig.publish("b", 1)
      const zero = rig.publish("c", 0)
      assert.strictEqual(zero.result, "waits")
      rig.session.lost()
      assert.deepStrictEqual([behind.result, zero.result], ["waits", "Disconnected"])
    })

    it("a QoS 0 payload is the caller's again at once, also of a message that waits", () => {
      const rig = Rig.make()
      rig.connect({ properties: { receiveMaximum: 1 } })
      rig.sent()
      const payload = bytes("first")
      const publish = () =>
        rig.session.publish(rig.now(), { _tag: "Publish", topic: "t", qos: 0, retain: false, payload }, () => {})
      publish()
      payload.set(bytes("other"))
      rig.publish("window", 1)
      rig.publish("behind", 1)
      publish()
      payload.set(bytes("third"))
      const payloads = () =>
        rig.sent().flatMap((packet) => packet._tag === "Publish" ? [new TextDecoder().decode(packet.payload)] : [])
      assert.deepStrictEqual(payloads(), ["first", ""])
      rig.receive(Packet.pubAck({ packetId: 1 }))
      assert.deepStrictEqual(payloads(), ["", "other"])
    })

    it("survives callbacks that publish", () => {
      const rig = Rig.make(5, { queueMessages: 5 })
      const results: Array<string> = []
      const again = (left: number): void => {
        rig.session.publish(
          0,
          { _tag: "Publish", topic: `${left}`, payload: Rig.bytes(""), qos: 0, retain: false, properties: {} },
          (result) => {
            results.push(`${left} ${result._tag}`)
            if (left > 0) again(left - 1)
          }
        )
      }
      again(3)
      rig.publish("other", 0)
      rig.connect()
      assert.deepStrictEqual(publishes(rig.sent()).map(([topic]) => topic), ["3", "other", "2", "1", "0"])
      assert.deepStrictEqual(results, ["3 Right", "2 Right", "1 Right", "0 Right"])
      rig.publish("pending", 1)
      rig.session.lost()
      again(1)
      rig.session.dispose(new ConnectError({ reason: "Closed", retryable: false }))
      assert.include(results, "1 Left")
    })

    it("65519 unacknowledged publishes leave room for a SUBSCRIBE", () => {
      const rig = Rig.make(5, { inFlight: 65535 })
      rig.connect()
      for (let times = 0; times < 65530; times++) rig.publish("t", 1)
      const ids = publishes(rig.sent()).map(([, id]) => id)
      assert.strictEqual(ids.length, 65535 - 16)
      assert.strictEqual(new Set(ids).size, ids.length)
      rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
      assert.deepStrictEqual(rig.tags(), ["Subscribe"])
      rig.receive(Packet.pubAck({ packetId: 1 }))
      assert.deepStrictEqual(publishes(rig.sent()), [])
      rig.receive(Packet.pubAck({ packetId: 2 }), Packet.pubAck({ packetId: 3 }))
      assert.isAtLeast(publishes(rig.sent()).length, 1)
    })
  })

  describe("receiving", () => {
    it("acknowledges in the order of arrival although acceptance is out of order", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.receive(incoming("a", 1), incoming("b", 2, 2), incoming("c", 3))
      assert.deepStrictEqual(rig.tags(), [])
      rig.session.accept(rig.pendings[2])
      rig.session.accept(rig.pendings[1])
      assert.deepStrictEqual(rig.tags(), [])
      rig.session.accept(rig.pendings[0])
      assert.deepStrictEqual(rig.tags(), ["PubAck", "PubRec", "PubAck"])
    })

    it("QoS 2 is delivered once, however often it is sent before PUBREL", () => {
      const rig = Rig.make()
      rig.connect()
      rig.receive(incoming("a", 7, 2))
      rig.session.accept(rig.pendings[0])
      rig.sent()
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      rig.sent()
      rig.receive(incoming("a", 7, 2, { dup: true }))
      assert.deepStrictEqual(rig.tags(), ["PubRec"])
      rig.receive(Packet.pubRel({ packetId: 7 }))
      assert.deepStrictEqual(rig.sent().map((packet) => packet._tag), ["PubComp"])
      assert.strictEqual(rig.messages.length, 1)
      rig.receive(incoming("new", 7, 2))
      assert.strictEqual(rig.messages.length, 2)
    })

    it("a redelivery attaches to the consumer that still works on the first delivery", () => {
      const rig = Rig.make()
      rig.connect()
      rig.receive(incoming("a", 7, 2))
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      rig.sent()
      rig.receive(incoming("a", 7, 2, { dup: true }))
      assert.deepStrictEqual([rig.messages.length, rig.tags()], [1, []])
      rig.session.accept(rig.pendings[0])
      assert.deepStrictEqual(rig.tags(), ["PubRec"])
    })

    it("an acknowledgement of an older link writes nothing", () => {
      const rig = Rig.make()
      rig.connect()
      rig.receive(incoming("a", 1))
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      rig.sent()
      rig.session.accept(rig.pendings[0])
      assert.deepStrictEqual(rig.tags(), [])
      rig.receive(incoming("a", 1, 1, { dup: true }))
      rig.session.accept(rig.pendings[1])
      assert.deepStrictEqual(rig.tags(), ["PubAck"])
    })

    it("a repeat on the same link is a protocol error in 5, and ignored in 3.1.1", () => {
      const modern = Rig.make(5)
      modern.connect()
      modern.receive(incoming("a", 1), incoming("a", 1, 1, { dup: true }))
      assert.strictEqual(modern.ended(), "ConnectError.ProtocolError")
      const classic = Rig.make(4)
      classic.connect()
      classic.receive(incoming("a", 1), incoming("a", 1, 1, { dup: true }))
      assert.isUndefined(classic.ended())
      assert.strictEqual(classic.messages.length, 1)
    })

    it("holds a MQTT 5 server to the Receive Maximum before anything is acknowledged", () => {
      const rig = Rig.make(5, { receiveMaximum: 2 })
      rig.connect()
      rig.receive(incoming("a", 1, 2), incoming("b", 2))
      assert.isUndefined(rig.ended())
      rig.receive(incoming("c", 3))
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepInclude(rig.sent()[0], { _tag: "Disconnect", reasonCode: 0x93 })
    })

    it("asks to pause where a MQTT 5 server sends more than that later", () => {
      const rig = Rig.make(5, { receiveMaximum: 2 })
      rig.connect()
      rig.receive(incoming("a", 1), incoming("b", 2))
      rig.pendings.forEach((pending) => rig.session.accept(pending))
      rig.receive(incoming("c", 3), incoming("d", 4))
      assert.isFalse(rig.session.mustPause())
      rig.receive(incoming("e", 5))
      assert.isTrue(rig.session.mustPause())
      rig.session.lost()
      rig.connect({ sessionPresent: true })
      rig.receive(...[3, 4, 5].map((id) => incoming("again", id, 1, { dup: true })))
      assert.isUndefined(rig.ended())
      assert.isTrue(rig.session.mustPause())
      rig.pendings.slice(-3).forEach((pending) => rig.session.accept(pending))
      assert.isFalse(rig.session.mustPause())
    })

    it("asks to pause where a 3.1.1 server sends more than that", () => {
      const rig = Rig.make(4, { receiveMaximum: 2 })
      rig.connect()
      rig.receive(incoming("a", 1))
      assert.isFalse(rig.session.mustPause())
      rig.receive(incoming("b", 2, 2), incoming("c", 3))
      assert.isUndefined(rig.ended())
      assert.isTrue(rig.session.mustPause())
      rig.pendings.forEach((pending) => rig.session.accept(pending))
      assert.isFalse(rig.session.mustPause())
    })
  })

  describe("keep-alive", () => {
    it("a subscriber that only receives pings before the time is over", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      for (let second = 0; second < 54; second++) {
        assert.deepStrictEqual(rig.tags(), [])
        rig.advance(1000)
        if (second < 53) rig.receive(Packet.publish({ topic: "t", payload: new Uint8Array() }))
      }
      assert.deepStrictEqual(rig.tags(), ["PingReq"])
    })

    it("a publisher of QoS 0 pings too, and finds the dead peer within ten seconds", () => {
      const rig = Rig.make()
      rig.connect()
      for (let second = 0; second < 54; second++) {
        rig.publish("t", 0)
        rig.advance(1000)
      }
      assert.include(rig.tags(), "PingReq")
      for (let second = 0; second < 9; second++) {
        rig.publish("t", 0)
        rig.advance(1000)
      }
      assert.isUndefined(rig.ended())
      rig.advance(1000)
      assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
      assert.notInclude(rig.tags(), "Disconnect")
    })

    it("any packet after the ping is a sign of life", () => {
      const rig = Rig.make()
      rig.connect()
      rig.advance(54_000)
      rig.sent()
      rig.receive(Packet.publish({ topic: "t", payload: new Uint8Array() }))
      rig.advance(20_000)
      assert.isUndefined(rig.ended())
    })

    it("a ping that the transport does not take is one without answer, whatever comes meanwhile", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.advance(54_000)
      rig.session.takeOutput()
      for (let second = 0; second < 9; second++) {
        rig.advance(1000)
        rig.receive(Packet.publish({ topic: "t", payload: new Uint8Array() }))
      }
      assert.isUndefined(rig.ended())
      rig.advance(1000)
      assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
    })

    it("has its time from the moment at which it left", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.advance(54_000)
      rig.session.takeOutput()
      rig.advance(9000)
      rig.session.flushed(rig.now())
      rig.advance(9999)
      assert.isUndefined(rig.ended())
      rig.advance(1)
      assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
    })

    it("the parts of a large packet put that off, three times", () => {
      const rig = Rig.make()
      rig.connect()
      rig.advance(54_000)
      rig.sent()
      rig.receiveBytes(Uint8Array.of(0x30, 0xe8, 0x07))
      for (let times = 0; times < 3; times++) {
        rig.receiveBytes(new Uint8Array(10))
        rig.advance(10_000)
        assert.isUndefined(rig.ended())
      }
      rig.receiveBytes(new Uint8Array(10))
      rig.advance(10_000)
      assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
    })

    it("a process that slept for an hour asks first, and gives the peer the time to answer", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      // Nothing ticks while it sleeps.
      rig.session.tick(3_600_000)
      assert.strictEqual(rig.session.outputBytes(), 2)
      assert.isUndefined(rig.ended())
      assert.strictEqual(rig.session.deadline(), 3_610_000)
    })

    it.each<[number, number, number]>([[10, 60, 9000], [120, 60, 108_000], [1, 60, 500], [30, 0, 27_000]])(
      "the server's %d s count, not our %d: first ping after %d ms",
      (serverKeepAlive, keepAlive, due) => {
        const rig = Rig.make(5)
        rig.connect({ properties: { serverKeepAlive } }, { keepAlive })
        rig.sent()
        rig.advance(due - 1)
        assert.deepStrictEqual(rig.tags(), [])
        rig.advance(1)
        assert.deepStrictEqual(rig.tags(), ["PingReq"])
      }
    )

    it("a server that says 0 turns it off", () => {
      const rig = Rig.make()
      rig.connect({ properties: { serverKeepAlive: 0 } })
      assert.strictEqual(rig.session.deadline(), Infinity)
    })

    it("does not blame the peer while we do not read, and goes on pinging", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.session.readingPaused(rig.now(), true)
      rig.advance(200_000)
      assert.isUndefined(rig.ended())
      assert.isAtLeast(rig.tags().length, 3)
      rig.session.readingPaused(rig.now(), false)
      rig.advance(9999)
      assert.isUndefined(rig.ended())
      rig.advance(1)
      assert.strictEqual(rig.ended(), "ConnectError.KeepAliveTimeout")
    })

    it("does not count the time in which we do not read as that of an answer", () => {
      const rig = Rig.make()
      rig.connect()
      rig.publish("t", 1)
      rig.advance(20_000)
      rig.session.readingPaused(rig.now(), true)
      rig.advance(200_000)
      rig.session.readingPaused(rig.now(), false)
      rig.receive(Packet.pingResp)
      rig.advance(29_999)
      assert.isUndefined(rig.ended())
      rig.advance(1)
      assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
    })

    it("measures a round trip; callers share one ping", () => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      const trips: Array<number | undefined> = []
      rig.session.ping(rig.now(), (trip) => trips.push(trip))
      rig.session.ping(rig.now(), (trip) => trips.push(trip))
      assert.deepStrictEqual(rig.tags(), ["PingReq"])
      rig.advance(40)
      rig.receive(Packet.pingResp, Packet.pingResp)
      assert.deepStrictEqual(trips, [40, 40])
    })
  })

  describe("time-outs and endings", () => {
    it.each<Packet.Packet>([
      Packet.pubAck({ packetId: 1, reasonCode: 0x91 }),
      Packet.pubRec({ packetId: 1, reasonCode: 0x91 })
    ])("a server that says an identifier is in use knows another state: the link is replaced", (packet) => {
      const rig = Rig.make()
      rig.connect()
      const publish = rig.publish("t", packet._tag === "PubAck" ? 1 : 2)
      rig.sent()
      rig.receive(packet)
      assert.strictEqual(publish.result, "PublishRejected")
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepInclude(rig.sent()[0], { _tag: "Disconnect", reasonCode: 0x82 })
    })

    it("an unacknowledged packet ends the link after its time, on the same link nothing is resent", () => {
      const rig = Rig.make()
      rig.connect()
      rig.publish("t", 1)
      rig.sent()
      rig.advance(29_999)
      assert.isUndefined(rig.ended())
      assert.deepStrictEqual(rig.tags(), [])
      rig.advance(1)
      assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
    })

    it("a ping without answer does too, whatever else the server says", () => {
      const rig = Rig.make()
      rig.connect()
      let roundTrip: number | undefined | "waits" = "waits"
      rig.session.ping(rig.now(), (result) => {
        roundTrip = result
      })
      rig.sent()
      for (let seconds = 0; seconds < 30; seconds += 2) {
        assert.strictEqual(roundTrip, "waits")
        rig.receive(Packet.publish({ topic: "t", payload: bytes("x") }))
        rig.advance(2000)
        rig.sent()
      }
      assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
      assert.isUndefined(roundTrip)
      assert.isFalse(rig.session.awaitsAnswer())
    })

    it("a server that repeats its PUBREC does not put that off", () => {
      const rig = Rig.make()
      rig.connect()
      rig.publish("t", 2)
      rig.sent()
      for (let seconds = 0; seconds < 30; seconds += 5) {
        assert.isUndefined(rig.ended())
        rig.receive(Packet.pubRec({ packetId: 1 }))
        assert.deepStrictEqual(rig.tags(), ["PubRel"])
        rig.advance(5000)
      }
      assert.strictEqual(rig.ended(), "ConnectError.AcknowledgementTimeout")
    })

    it("a SUBSCRIBE without answer does too, and a PUBREL", () => {
      const subscriber = Rig.make()
      subscriber.connect()
      subscriber.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
      subscriber.advance(30_000)
      assert.strictEqual(subscriber.ended(), "ConnectError.AcknowledgementTimeout")
      const publisher = Rig.make()
      publisher.connect()
      publisher.publish("t", 2)
      publisher.advance(20_000)
      publisher.receive(Packet.pubRec({ packetId: 1 }))
      publisher.advance(20_000)
      assert.isUndefined(publisher.ended())
      publisher.advance(10_000)
      assert.strictEqual(publisher.ended(), "ConnectError.AcknowledgementTimeout")
    })

    it.each<[string, Uint8Array, number]>([
      ["packet type 0", Uint8Array.of(0x00, 0x00), 0x81],
      ["a packet only clients send", Uint8Array.of(0xc0, 0x00), 0x82],
      ["QoS 3", Uint8Array.of(0x36, 5, 0, 1, 0x61, 0, 1), 0x81],
      ["packet identifier 0", Uint8Array.of(0x40, 2, 0, 0), 0x82],
      ["a packet above the maximum", Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f), 0x95],
      ["a topic alias, of which none was announced", Uint8Array.of(0x30, 7, 0, 1, 0x61, 3, 0x23, 0, 1), 0x94],
      ["an empty topic", Uint8Array.of(0x30, 3, 0, 0, 0), 0x82],
      ["AUTH without a method", Uint8Array.of(0xf0, 0), 0x82]
    ])("%s ends the link, and what is behind it is not processed", (_, bad, reasonCode) => {
      const rig = Rig.make()
      rig.connect()
      rig.sent()
      rig.receiveBytes(
        Uint8Array.of(
          ...bytesOf(5, Packet.publish({ topic: "before", payload: new Uint8Array() })),
          ...bad,
          ...bytesOf(5, Packet.publish({ topic: "behind", payload: new Uint8Array() }))
        )
      )
      rig.receive(Packet.publish({ topic: "later", payload: new Uint8Array() }))
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["before"])
      const last = rig.sent()
      assert.strictEqual(last.length, 1)
      assert.deepInclude(last[0], { _tag: "Disconnect", reasonCode })
    })

    it.each([Uint8Array.of(0x00, 0x00), Uint8Array.of(0xe0, 0x00), Uint8Array.of(0xf0, 0x00)])(
      "3.1.1 closes without a word at %s",
      (bad) => {
        const rig = Rig.make(4)
        rig.connect()
        rig.sent()
        rig.receiveBytes(bad)
        assert.match(rig.ended() ?? "", /^ConnectError/)
        assert.deepStrictEqual(rig.tags(), [])
      }
    )

    it("writes nothing behind DISCONNECT", () => {
      for (const end of ["disconnect", "violation"]) {
        const rig = Rig.make()
        rig.connect()
        rig.receive(incoming("a", 1))
        rig.publish("flying", 1)
        rig.sent()
        if (end === "disconnect") rig.session.disconnect(0)
        else rig.connAck()
        rig.session.accept(rig.pendings[0])
        rig.publish("late", 1)
        rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
        rig.session.ping(0, () => {})
        assert.deepStrictEqual(rig.tags(), ["Disconnect"])
      }
    })

    it("every way to cut the bytes has the same outcome", () => {
      const stream = bytesOf(
        5,
        Packet.connAck(),
        incoming("a", 1),
        incoming("b", 2, 2),
        Packet.publish({ topic: "c", payload: Rig.bytes("x".repeat(200)) }),
        Packet.pubRel({ packetId: 2 }),
        Packet.pubAck({ packetId: 1 })
      )
      const run = (sizes: (at: number) => number) => {
        const rig = Rig.make()
        const out = rig.publish("out", 1)
        rig.open()
        for (let at = 0; at < stream.length;) {
          const size = sizes(at)
          rig.receiveBytes(stream.slice(at, at + size))
          at += size
        }
        rig.pendings.forEach((pending) => rig.session.accept(pending))
        return [rig.messages.map(({ topic }) => topic), rig.tags(), out.result, rig.ended()]
      }
      const whole = run(() => stream.length)
      assert.deepStrictEqual(run(() => 1), whole)
      for (let cut = 1; cut < stream.length; cut++) {
        assert.deepStrictEqual(run((at) => at === 0 ? cut : stream.length), whole)
      }
    })

    it("dispose settles everything", () => {
      for (const connected of [true, false]) {
        const rig = Rig.make(5, { inFlight: 1 })
        const outcomes: Array<string> = []
        if (connected) {
          rig.connect()
          rig.session.subscribe(
            0,
            { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] },
            ({ _tag }) => outcomes.push(_tag)
          )
          rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["f"] }, ({ _tag }) => outcomes.push(_tag))
          rig.session.ping(0, (trip) => outcomes.push(`ping ${trip}`))
        }
        const all = [rig.publish("a", 2), rig.publish("b", 1), rig.publish("c", 2), rig.publish("d", 1)]
        if (connected) rig.receive(Packet.pubRec({ packetId: 3 }))
        rig.session.dispose(new ConnectError({ reason: "Closed", retryable: false }))
        assert.deepStrictEqual(all.map(({ result }) => result), ["Closed", "Closed", "Closed", "Closed"])
        if (connected) assert.sameMembers(outcomes, ["LinkLost", "LinkLost", "ping undefined"])
      }
    })
  })

  describe("subscribing", () => {
    const ask = (rig: ReturnType<typeof Rig.make>) => {
      const outcomes: Array<Session.OperationOutcome> = []
      rig.session.subscribe(
        0,
        { _tag: "Subscribe", subscriptions: [{ filter: "a", qos: 1 }, { filter: "b", qos: 0 }] },
        (outcome) => outcomes.push(outcome)
      )
      return outcomes
    }

    it("settles with one code per filter", () => {
      const rig = Rig.make()
      rig.connect()
      const outcomes = ask(rig)
      rig.receive(Packet.subAck({ packetId: 1, reasonCodes: [1, 0x87] }))
      assert.deepStrictEqual(outcomes, [{ _tag: "Answered", reasonCodes: [1, 0x87] }])
    })

    it.each<[string, Packet.Packet]>([
      ["too few codes", Packet.subAck({ packetId: 1, reasonCodes: [1] })],
      ["UNSUBACK", Packet.unsubAck({ packetId: 1, reasonCodes: [0, 0] })]
    ])("%s is a protocol error", (_, packet) => {
      const rig = Rig.make()
      rig.connect()
      const outcomes = ask(rig)
      rig.receive(packet)
      assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
      assert.deepStrictEqual(outcomes, [{ _tag: "LinkLost" }])
    })

    it("3.1.1 UNSUBACK means success", () => {
      const rig = Rig.make(4)
      rig.connect()
      const outcomes: Array<Session.OperationOutcome> = []
      rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["a", "b"] }, (outcome) => outcomes.push(outcome))
      rig.receive(Packet.unsubAck({ packetId: 1 }))
      assert.deepStrictEqual(outcomes, [{ _tag: "Answered", reasonCodes: [0, 0] }])
    })

    it("waits for an identifier when all are taken, in turn", () => {
      const rig = Rig.make()
      rig.connect()
      const outcomes: Array<string> = []
      const subscribe = (name: string) =>
        rig.session.subscribe(
          0,
          { _tag: "Subscribe", subscriptions: [{ filter: name, qos: 0 }] },
          ({ _tag }) => outcomes.push(`${name} ${_tag}`)
        )
      for (let count = 0; count < 65_535; count++) subscribe("early")
      subscribe("late")
      subscribe("later")
      assert.strictEqual(rig.sent().length, 65_535)
      assert.deepStrictEqual(outcomes, [])
      assert.isFalse(rig.session.isIdle())
      rig.receive(Packet.subAck({ packetId: 7, reasonCodes: [0] }))
      const [next] = rig.sent()
      assert.isTrue(next._tag === "Subscribe" && next.packetId === 7 && next.subscriptions[0].filter === "late")
      rig.session.lost()
      assert.strictEqual(outcomes.at(-1), "later LinkLost")
      assert.strictEqual(outcomes.length, 65_537)
    })

    it("waits for an identifier that a publish gives back", () => {
      const rig = Rig.make(5, { inFlight: 65_535 })
      rig.connect()
      for (let count = 0; count < 65_519; count++) rig.publish("t", 1)
      const subscribe = () =>
        rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "f", qos: 0 }] }, () => {})
      for (let count = 0; count < 17; count++) subscribe()
      rig.sent()
      rig.receive(Packet.pubAck({ packetId: 3 }))
      assert.deepStrictEqual(rig.tags(), ["Subscribe"])
    })

    it("goes without its user properties to a server that finds it too large with them", () => {
      const rig = Rig.make()
      rig.connect({ properties: { maximumPacketSize: 50 } })
      const properties = { userProperties: [["why", "x".repeat(50)]] } as const
      rig.session.subscribe(0, {
        _tag: "Subscribe",
        subscriptions: [{ filter: "a", qos: 0 }],
        properties: { ...properties, subscriptionIdentifiers: [7] }
      }, () => {})
      rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: ["a"], properties }, () => {})
      const sent = rig.sent()
      assert.deepStrictEqual(sent.map(({ _tag }) => _tag), ["Subscribe", "Unsubscribe"])
      assert.deepInclude(sent[0], { properties: { subscriptionIdentifiers: [7] } })
      assert.isTrue(sent.every((packet) => !JSON.stringify(packet).includes("why")))
    })

    it("what cannot be written is refused, and takes no identifier", () => {
      const rig = Rig.make()
      rig.connect()
      const outcomes: Array<string> = []
      rig.session.unsubscribe(0, { _tag: "Unsubscribe", filters: [] }, ({ _tag }) => outcomes.push(_tag))
      assert.deepStrictEqual(outcomes, ["Invalid"])
      assert.isTrue(rig.session.isIdle())
    })
  })
})
