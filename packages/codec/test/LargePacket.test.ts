import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

describe("a packet of very many small parts", () => {
  // The work has to grow with the size, not with its square: that would be minutes here, which the time limit ends.
  it("is encoded and decoded in one go", () => {
    const userProperties = Array.from({ length: 400_000 }, () => ["", ""] as const)
    const packet = Packet.publish({ topic: "a", payload: new Uint8Array(0), properties: { userProperties } })
    const bytes = Either.getOrThrow(Encoder.encode(packet, 5))
    const { error, packets } = Decoder.make({ version: 5 }).push(bytes)
    assert.isUndefined(error)
    assert.strictEqual(packets[0]?._tag === "Publish" ? packets[0].properties?.userProperties?.length : 0, 400_000)
  })
})
