import { type Packet, ReasonCode } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"

describe("ReasonCode", () => {
  it("names a code by its packet", () => {
    assert.strictEqual(ReasonCode.toName(0x00, "ConnAck"), "Success")
    assert.strictEqual(ReasonCode.toName(0x00, "Disconnect"), "Normal disconnection")
    assert.strictEqual(ReasonCode.toName(0x00, "SubAck"), "Granted QoS 0")
    assert.strictEqual(ReasonCode.toName(0x97, "PubAck"), "Quota exceeded")
    assert.strictEqual(ReasonCode.toName(0x97, "UnsubAck"), undefined)
  })

  it("knows which packets may carry a code", () => {
    assert.isTrue(ReasonCode.isValid(0x10, "PubRec"))
    assert.isFalse(ReasonCode.isValid(0x10, "PubRel"))
    assert.isFalse(ReasonCode.isValid(0x00, "Publish"))
    assert.isFalse(ReasonCode.isValid(0x03, "SubAck"))
  })

  it("holds every packet to its own codes", () => {
    const failures = [0x80, 0x83, 0x87, 0x97]
    const ofMessages = [0x00, 0x10, ...failures, 0x90, 0x91, 0x99]
    const ofLinks = [0x81, 0x82, 0x89, 0x8c, 0x90, 0x95, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f]
    const expected: ReadonlyArray<readonly [packet: Packet.PacketType, codes: ReadonlyArray<number>]> = [
      ["Connect", []],
      ["ConnAck", [0x00, ...failures, ...ofLinks, 0x84, 0x85, 0x86, 0x88, 0x8a]],
      ["Publish", []],
      ["PubAck", ofMessages],
      ["PubRec", ofMessages],
      ["PubRel", [0x00, 0x92]],
      ["PubComp", [0x00, 0x92]],
      ["Subscribe", []],
      ["SubAck", [0x00, 0x01, 0x02, ...failures, 0x8f, 0x91, 0x9e, 0xa1, 0xa2]],
      ["Unsubscribe", []],
      ["UnsubAck", [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91]],
      ["PingReq", []],
      ["PingResp", []],
      ["Disconnect", [
        ...[0x00, 0x04, ...failures, ...ofLinks],
        ...[0x8b, 0x8d, 0x8e, 0x8f, 0x93, 0x94, 0x96, 0x98, 0x9e, 0xa0, 0xa1, 0xa2]
      ]],
      ["Auth", [0x00, 0x18, 0x19]]
    ]
    for (const [packet, codes] of expected) {
      const valid = Array.from({ length: 256 }, (_, code) => code).filter((code) => ReasonCode.isValid(code, packet))
      assert.deepStrictEqual(valid, [...codes].sort((one, other) => one - other), packet)
    }
  })

  it("has every code of table 2-6 once for a packet", () => {
    const pairs = ReasonCode.all.flatMap((row) => row.packets.map((packet) => `${row.code} ${packet}`))
    assert.strictEqual(new Set(pairs).size, pairs.length)
    assert.strictEqual(new Set(ReasonCode.all.map((row) => row.code)).size, 43)
  })

  it("knows the return codes of 3.1.1", () => {
    assert.deepStrictEqual([0, 1, 2, 3, 4, 5].map(ReasonCode.returnCodeToName), [
      "Connection accepted",
      "Unacceptable protocol version",
      "Identifier rejected",
      "Server unavailable",
      "Bad user name or password",
      "Not authorized"
    ])
    assert.isFalse(ReasonCode.isReturnCode(1.5))
    assert.strictEqual(ReasonCode.returnCodeToName(5), "Not authorized")
    assert.strictEqual(ReasonCode.returnCodeToName(6), undefined)
    assert.isTrue(ReasonCode.isReturnCode(0))
    assert.isFalse(ReasonCode.isReturnCode(6))
    assert.isFalse(ReasonCode.isReturnCode(-1))
  })

  it("takes 0x80 and above as failures", () => {
    assert.isFalse(ReasonCode.isError(0x19))
    assert.isTrue(ReasonCode.isError(0x80))
  })
})
