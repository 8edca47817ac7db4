import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Output } from "../../../src/internal/session/output.ts"
import { bytesOf } from "../../sessionRig.ts"

const packetOf = (index: number) => Packet.publish({ topic: `t/${index}`, payload: new Uint8Array(index) })

const written = (output: Output, index: number) => {
  assert.isUndefined(output.write(packetOf(index)))
  return output.take()
}

const assertStill = (pieces: ReadonlyArray<Uint8Array>, index: number) =>
  assert.deepStrictEqual(pieces.map((piece) => piece.slice()), [bytesOf(5, packetOf(index))])

describe("the output of a session", () => {
  it("shares no memory with another one before what it wrote has left, however often that is said", () => {
    const outputs = Array.from({ length: 8 }, () => new Output({ onWrite: () => {} }))
    const underWay = new Map<Output, () => void>()
    for (let step = 0; step < 200; step++) {
      for (const check of underWay.values()) check()
      const output = outputs[(step * 5 + (step >> 2)) % 8] ?? assert.fail()
      if (underWay.delete(output)) {
        output.release()
        output.release()
      } else {
        const taken = written(output, step)
        underWay.set(output, () => assertStill(taken, step))
      }
    }
  })

  it("keeps what was added before the last bytes had left", () => {
    const output = new Output({ onWrite: () => {} })
    const other = new Output({ onWrite: () => {} })
    const first = written(output, 1)
    assert.isUndefined(output.write(packetOf(2)))
    output.release()
    const third = written(other, 3)
    assertStill(first, 1)
    assertStill(output.take(), 2)
    assertStill(third, 3)
  })
})
