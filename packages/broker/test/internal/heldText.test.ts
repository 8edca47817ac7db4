import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { makeCore } from "./makeCore.ts"

setFlagsFromString("--expose-gc")
const collectGarbage = (): void => runInNewContext("gc()")

const heldBytes = (): number => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Texts as the decoder makes them, not as the test has them. */
const decoded = (...packets: ReadonlyArray<Packet.Packet>) => {
  const decoder = Decoder.make({ version: 5, role: "server" })
  return packets.flatMap((packet) => decoder.push(Either.getOrThrow(Encoder.encode(packet, 5))).packets)
}

const retain = (topic: string, bytes: number) => Packet.publish({ topic, payload: new Uint8Array(bytes), retain: true })
const subscribe = (filter: string) => Packet.subscribe({ packetId: 1, subscriptions: [{ filter, qos: 0 }] })

describe("a long text that is gone", () => {
  it.each(
    [
      ["topic", (long: string, short: string) => [retain(long, 1), retain(short, 1), retain(long, 0)]],
      ["filter", (long: string, short: string) => [
        subscribe(long),
        subscribe(short),
        Packet.unsubscribe({ packetId: 2, filters: [long] })
      ]]
    ] as const
  )("is not held by the %s that shares its first level", (_, packetsOf) => {
    const core = makeCore()
    const link = core.accept(() => {}, () => {}, 0)
    link.receive(Packet.connect({ clientId: "c" }), 0)
    const before = heldBytes()
    for (let index = 0; index < 500; index++) {
      const level = `first-level-of-many-${index}`
      for (const packet of decoded(...packetsOf(`${level}/${"x".repeat(60_000)}`, `${level}/x`))) {
        link.receive(packet, 0)
      }
      link.outbox.take()
    }
    assert.isBelow(heldBytes() - before, 15_000_000, "of 30 MB that have come")
    assert.strictEqual(core.retained.count + core.subscriptions.count, 500)
  })
})
