import { Message } from "@effect-mqtt/connection"
import { FileSessionStore } from "@effect-mqtt/connection/node"
import { assert } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import type { Broker } from "../brokers/broker.ts"
import { user } from "../brokers/broker.ts"
import { mosquitto } from "../brokers/capabilities.ts"
import * as Mosquitto from "../brokers/mosquitto.ts"
import * as Process from "../brokers/process.ts"
import { table } from "./table.ts"
import { connect } from "./target.ts"

const count = 1000

/** Once something was acknowledged it keeps to no Receive Maximum, and the next link has all of that before its SUBACK. */
const backlog = (version: 4 | 5) => (broker: Broker) =>
  Effect.gen(function*() {
    const target = { broker, can: mosquitto, userName: user.name, version, link: "tcp" } as const
    const topic = `open/backlog/${version}`
    const directory = yield* Effect.orDie(Process.directory)
    const got = new Set<string>()
    const life = Effect.gen(function*() {
      const client = yield* connect(target, {
        clientId: `backlog-${version}`,
        sessionExpiry: "1 hour",
        receiveMaximum: 10,
        readAheadBytes: 50_000
      })
      const { grantedQos, next } = yield* client.subscription(topic, { qos: 1 })
      assert.deepStrictEqual(grantedQos.map(Number), [1])
      const take = Effect.map(next, Option.map((message) => got.add(Message.text(message))))
      return { client, taken: (enough: number) => Effect.repeat(take, { until: () => got.size >= enough }) }
    }).pipe(Effect.provide(FileSessionStore.layer({ directory })))
    yield* Effect.scoped(Effect.gen(function*() {
      const { client, taken } = yield* life
      const sender = yield* connect(target)
      yield* Stream.range(1, count).pipe(
        Stream.map((number) => ({ topic, payload: String(number).padEnd(1000), qos: 1 as const })),
        Stream.run(sender.sink())
      )
      yield* taken(100)
      yield* client.disconnect({ drain: 0 })
    }))
    yield* Effect.scoped(Effect.flatMap(life, ({ taken }) => taken(count)))
    assert.strictEqual(got.size, count)
  })

table({
  can: mosquitto,
  make: Mosquitto.make,
  userName: user.name,
  version: Mosquitto.version,
  also: {
    "MQTT 3.1.1: confirms a subscription behind more than is read ahead": backlog(4),
    "MQTT 5.0: confirms a subscription behind more than is read ahead": backlog(5)
  }
})
