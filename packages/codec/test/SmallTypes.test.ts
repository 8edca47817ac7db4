import { CodecError, Packet, ProtocolVersion, QoS } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"

const payload = new Uint8Array(0)

describe("QoS", () => {
  it("has three levels", () => {
    assert.deepStrictEqual([-1, 0, 1, 2, 3, 0.5].map(QoS.isQoS), [false, true, true, true, false, false])
  })

  it("gives the lower of two", () => {
    for (const one of [0, 1, 2] as const) {
      for (const other of [0, 1, 2] as const) assert.strictEqual(QoS.min(one, other), Math.min(one, other))
    }
  })
})

describe("ProtocolVersion", () => {
  it("knows two versions by level and name", () => {
    assert.deepStrictEqual([3, 4, 5, 6].map(ProtocolVersion.isProtocolVersion), [false, true, true, false])
    assert.deepStrictEqual([ProtocolVersion.toText(4), ProtocolVersion.toText(5)], ["3.1.1", "5.0"])
  })
})

describe("CodecError", () => {
  const details = {
    detail: "QoS 3",
    specSection: "3.3.1.2",
    reasonCode: 0x81,
    offset: 0,
    packetType: "Publish",
    version: 5
  } as const
  const words = "PUBLISH refused at byte 0: QoS 3 (MQTT 5.0 section 3.3.1.2)"

  it("says the same in every class, and whose packet it was where that is known", () => {
    assert.strictEqual(new CodecError.MalformedPacket(details).message, words)
    assert.strictEqual(new CodecError.ProtocolViolation(details).message, words)
    assert.strictEqual(new CodecError.PacketTooLarge({ ...details, sizeBytes: 2, maxBytes: 1 }).message, words)
    assert.include(
      new CodecError.MalformedPacket({ ...details, packetType: undefined, version: 4 }).message,
      "packet refused at byte 0: QoS 3 (MQTT 3.1.1"
    )
  })

  it("is an Error with a tag", () => {
    const error = new CodecError.MalformedPacket(details)
    assert.instanceOf(error, Error)
    assert.strictEqual(error._tag, "MalformedPacket")
    assert.strictEqual(error.name, "MalformedPacket")
  })
})

describe("Packet", () => {
  it("fills in what is usual", () => {
    assert.deepStrictEqual(Packet.connect({ clientId: "c" }), {
      _tag: "Connect",
      protocolName: "MQTT",
      protocolVersion: 5,
      cleanStart: true,
      keepAlive: 60,
      clientId: "c"
    })
    assert.deepStrictEqual(Packet.connAck(), { _tag: "ConnAck", sessionPresent: false, reasonCode: 0 })
    assert.deepStrictEqual(Packet.publish({ topic: "t", payload }), {
      _tag: "Publish",
      dup: false,
      qos: 0,
      retain: false,
      topic: "t",
      payload
    })
    assert.deepStrictEqual(Packet.disconnect(), { _tag: "Disconnect" })
  })

  it("takes what it is given instead", () => {
    assert.strictEqual(Packet.connect({ clientId: "c", keepAlive: 0, cleanStart: false }).keepAlive, 0)
    assert.strictEqual(Packet.connAck({ sessionPresent: true }).sessionPresent, true)
    assert.strictEqual(Packet.publish({ topic: "t", payload, qos: 2, packetId: 1 }).qos, 2)
  })

  it("tags the rest", () => {
    const answer = { packetId: 1, reasonCodes: [0] }
    assert.deepStrictEqual(
      [
        Packet.pubAck({ packetId: 1 }),
        Packet.pubRec({ packetId: 1 }),
        Packet.pubRel({ packetId: 1 }),
        Packet.pubComp({ packetId: 1 }),
        Packet.subscribe({ packetId: 1, subscriptions: [] }),
        Packet.subAck(answer),
        Packet.unsubscribe({ packetId: 1, filters: [] }),
        Packet.unsubAck(answer),
        Packet.pingReq,
        Packet.pingResp,
        Packet.auth({ reasonCode: 0 })
      ].map(({ _tag }) => _tag),
      [
        "PubAck",
        "PubRec",
        "PubRel",
        "PubComp",
        "Subscribe",
        "SubAck",
        "Unsubscribe",
        "UnsubAck",
        "PingReq",
        "PingResp",
        "Auth"
      ]
    )
  })
})
