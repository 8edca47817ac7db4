import { DiscoveryBroadcast } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { fromHex, makeRandom, utf8, vectorCases } from "./vectors.ts"

const robot = { duid: "abc123", ip: "192.0.2.5" }

describe("encode and decode", () => {
  for (const version of ["1.0", "L01"] as const) {
    it(`${version}: what a device writes is read`, () => {
      const broadcast = { ...robot, version }
      assert.deepStrictEqual(
        DiscoveryBroadcast.decode(DiscoveryBroadcast.encode(broadcast, 7)),
        Either.right(broadcast)
      )
    })
  }

  it("writes the datagram of the specification", () => {
    const datagram = DiscoveryBroadcast.encode({ ...robot, version: "L01" })
    assert.strictEqual(
      Buffer.from(datagram).toString("hex"),
      "4c30310000000000000032841496d5a31e34b5b01708559b4609dfd3f439cd71f1c179c8dbaa786b8ebf7f192ab66d603624fa745f69c0fadafeae6495dcf1679d"
    )
  })

  it("anything else is a typed failure, whatever is changed or cut", () => {
    const random = makeRandom(5)
    const good = DiscoveryBroadcast.encode({ ...robot, version: "L01" })
    for (let round = 0; round < 500; round++) {
      const bad = good.slice(0, Math.floor(random() * (good.length + 1)))
      if (bad.length > 0) bad[Math.floor(random() * bad.length)] = Math.floor(random() * 256)
      const read = DiscoveryBroadcast.decode(bad)
      if (Either.isRight(read)) assert.deepStrictEqual(read.right, { ...robot, version: "L01" })
      else assert.strictEqual(read.left._tag, "BroadcastError")
    }
    assert.strictEqual(
      Either.getOrThrow(Either.flip(DiscoveryBroadcast.decode(utf8("hello, is anybody there?")))).reason,
      "UnknownVersion"
    )
  })
})

const cases = vectorCases<{ datagramHex: string }, DiscoveryBroadcast.Broadcast>("udp-broadcast")

describe.skipIf(cases === undefined)("shared vectors", () => {
  for (const { expected, expectedError, inputs, name } of cases ?? []) {
    it(name, () => {
      const read = DiscoveryBroadcast.decode(fromHex(inputs.datagramHex))
      if (expected !== undefined) assert.deepStrictEqual(read, Either.right(expected))
      else assert.strictEqual(Either.getOrThrow(Either.flip(read)).reason, expectedError?.kind)
    })
  }
})
