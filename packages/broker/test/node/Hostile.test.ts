import { Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as Net from "node:net"
import { Broker } from "../../src/index.ts"
import { NodeBroker } from "../../src/node/index.ts"
import { connect, publish } from "../conformance/peer.ts"
import { bytesOf, rows } from "../malformedRows.ts"
import { payloads, subscribe } from "../rawClient.ts"

/** 500 in every run; the full ten thousand with `MQTT_HOSTILE_CONNECTIONS=10000`. */
const connections = Number(process.env["MQTT_HOSTILE_CONNECTIONS"] ?? 500)

const encode = (...packets: ReadonlyArray<Packet.Packet>): Uint8Array =>
  Buffer.concat(packets.map((packet) => Either.getOrThrow(Encoder.encode(packet, 5))))

/** A generator that repeats, so that a failure does. */
const makeRandom = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}

const hello = (index: number, fields: Partial<Packet.Connect> = {}) =>
  Packet.connect({
    clientId: `hostile${index}`,
    cleanStart: false,
    properties: { sessionExpiryInterval: 600 },
    ...fields
  })

const long = (length: number, index: number) => `${index}/`.padEnd(length, "x")

/** What a hostile client sends before it falls silent, by kind. */
const attacks: ReadonlyArray<(index: number, random: (below: number) => number) => Uint8Array> = [
  // Noise.
  (_, random) => Uint8Array.from({ length: 1 + random(2000) }, () => random(256)),
  // Nothing.
  () => new Uint8Array(),
  // The beginning of a CONNECT that never ends.
  () => Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x07, ...new Uint8Array(60_000)),
  // A packet that is malformed.
  (index, random) => {
    const row = rows[random(rows.length)]
    return row === undefined ? new Uint8Array() : Buffer.concat([encode(hello(index)), bytesOf(row)])
  },
  // The beginning of a large message.
  (index) =>
    Buffer.concat([encode(hello(index)), Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x07), new Uint8Array(200_000)]),
  // Filters as long as they can be.
  (index) =>
    encode(
      hello(index),
      ...Array.from({ length: 5 }, (_, number) =>
        Packet.subscribe({ packetId: 1, subscriptions: [{ filter: long(60_000, index * 10 + number), qos: 2 }] }))
    ),
  // A will as large as it can be, and aliases for topics as long as they can be.
  (index) =>
    encode(
      hello(index, { will: { topic: long(60_000, index), payload: new Uint8Array(60_000), qos: 2, retain: true } }),
      ...Array.from({ length: 4 }, (_, number) =>
        Packet.publish({
          topic: long(60_000, index * 10 + number),
          payload: new Uint8Array(),
          properties: { topicAlias: number + 1 }
        }))
    ),
  // Messages that are never released.
  (index) =>
    encode(
      hello(index),
      ...Array.from({ length: 300 }, (_, number) =>
        Packet.publish({ topic: "t", payload: new Uint8Array(10), qos: 2, packetId: number + 1 }))
    ),
  // Retained messages on topics of their own.
  (index) =>
    encode(
      hello(index),
      ...Array.from({ length: 20 }, (_, number) =>
        Packet.publish({ topic: long(500, index * 100 + number), payload: new Uint8Array(5000), retain: true }))
    ),
  // Everything is wanted and nothing is read.
  (index) => encode(hello(index), Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "#", qos: 1 }] }))
]

const attack = (port: number, bytes: Uint8Array, stays: boolean): Effect.Effect<Net.Socket> =>
  Effect.async((resume) => {
    const socket = Net.connect({ host: "127.0.0.1", port }, () => {
      socket.pause()
      socket.write(bytes, () => {
        if (!stays) socket.destroy()
        resume(Effect.succeed(socket))
      })
    })
    socket.on("error", () => resume(Effect.succeed(socket)))
    socket.on("close", () => resume(Effect.succeed(socket)))
  })

describe("hostile connections", () => {
  it.scopedLive(
    `${connections} of them neither stop the broker nor fill the memory`,
    () =>
      Effect.gen(function*() {
        const maxHeldBytes = 32 * 1024 * 1024
        const limits = { maxConnections: 300, maxSessions: 2000, maxHeldBytes, maxRetainedBytes: 8 * 1024 * 1024 }
        const broker = yield* Broker.make({ limits })
        const { port, url } = yield* NodeBroker.listenTcp(broker)
        const honest = yield* connect({ url }, 5)
        yield* subscribe(honest, "honest", { qos: 1 })
        const random = makeRandom(1)
        const before = process.memoryUsage()
        let sockets: Array<Net.Socket> = []
        let mostHeld = 0
        for (let index = 0; index < connections; index++) {
          const make = attacks[random(attacks.length)] ?? (() => new Uint8Array())
          sockets.push(yield* attack(port, make(index, random), random(3) > 0))
          const { heldBytes } = yield* broker.stats
          mostHeld = Math.max(mostHeld, heldBytes)
          if (sockets.length < 200) continue
          // The honest client is served while the others hold on.
          yield* publish(honest, "honest", `${index}`)
          for (const socket of sockets) socket.destroy()
          sockets = []
        }
        // What was read at once is counted before it is refused.
        assert.isAtMost(mostHeld, maxHeldBytes + 8 * 1024 * 1024)
        const after = process.memoryUsage()
        const grown = after.rss - before.rss
        yield* Effect.logInfo(
          `hostile connections: ${connections}, held ${mostHeld >> 20} MiB, grown by ${grown >> 20} MiB`
        )
        assert.isBelow(grown, 400 * 1024 * 1024, "resident memory")
        yield* honest.drain
        yield* honest.send(Packet.publish({ topic: "honest", payload: new TextEncoder().encode("still here") }))
        assert.deepStrictEqual(payloads(yield* honest.drain), ["still here"])
        for (const socket of sockets) socket.destroy()
      }),
    600_000
  )
})
