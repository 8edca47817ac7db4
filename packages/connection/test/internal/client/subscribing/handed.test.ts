import type { QoS } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as deliveries from "../../../../src/internal/client/subscribing/delivery.ts"
import * as flowControl from "../../../../src/internal/client/subscribing/flowControl.ts"
import { Handed, HeldMessages } from "../../../../src/internal/client/subscribing/handed.ts"
import * as Rig from "../../../sessionRig.ts"

const begin = () => {
  const rig = Rig.make(5)
  const pump = {
    now: rig.now,
    pass: <A>(run: (now: number) => A) => run(rig.now()),
    passOfMany: <A>(run: () => A) => run(),
    mustRead: () => false,
    wakeReader: () => {}
  }
  const bounds = { bufferMessages: 10, bufferBytes: 1000, readAheadBytes: 1000 }
  const flow = flowControl.make(bounds, rig.session, pump, () => false, () => {})
  const held = new HeldMessages()
  const owner = { flow, withdraw: () => false, onReleased: () => held.released() }
  const hand = (topic: string, qos: QoS.QoS = 1) => {
    const message = { topic, qos, payload: new Uint8Array(0), retain: false, dup: false }
    const handed = new Handed(deliveries.make(message, undefined, 1), owner)
    held.add(handed)
    return handed
  }
  return { hand, held, topics: () => held.deliveries().map(({ message }) => message.topic) }
}

describe("messages that a consumer holds", () => {
  it.effect("are those that it has not settled, in order, whichever it settles", () =>
    Effect.gen(function*() {
      const { hand, held, topics } = begin()
      const all = Array.from("abcdefgh", (topic) => hand(topic))
      for (const index of [6, 0, 3, 1, 3]) yield* all[index].ack
      assert.deepStrictEqual(topics(), ["c", "e", "f", "h"])
      yield* hand("i").nack()
      for (const index of [2, 7, 4]) yield* all[index].ack
      assert.deepStrictEqual(topics(), ["f"])
      assert.isFalse(held.isEmpty)
      yield* all[5].ack
      assert.isTrue(held.isEmpty)
    }))

  it.effect("are none at QoS 0, and none once their stream has left them behind", () =>
    Effect.gen(function*() {
      const { hand, held, topics } = begin()
      yield* hand("a", 0).ack
      const left = hand("b")
      assert.deepStrictEqual(topics(), ["b"])
      held.clear()
      hand("c")
      assert.strictEqual(yield* left.ack, "stale")
      assert.deepStrictEqual(topics(), ["c"])
    }))
})
