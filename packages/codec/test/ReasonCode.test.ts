import { ReasonCode } from "@effect-mqtt/codec"
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
