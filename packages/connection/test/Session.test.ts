import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

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
})
