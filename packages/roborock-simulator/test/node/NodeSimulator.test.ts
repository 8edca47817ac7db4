import { NodeTransport } from "@effect-mqtt/connection/node"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Simulator } from "../../src/index.ts"
import { NodeSimulator } from "../../src/node/index.ts"
import { connect } from "../support/phone.ts"

describe("NodeSimulator", () => {
  it.live("serves a client on real ports, over a restart of its broker, and closes them", () =>
    Effect.gen(function*() {
      const { baseUrl, mqttUrl } = yield* Effect.gen(function*() {
        const simulator = yield* Simulator.Simulator
        const { mqttUrl, robots: [robot], startBroker, stopBroker } = simulator
        assert.isDefined(robot)
        assert.match(simulator.baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
        assert.match(mqttUrl, /^tcp:\/\/127\.0\.0\.1:\d+$/)
        const phone = yield* connect
        assert.deepInclude(yield* phone.call("get_status"), { state: 8 })
        assert.strictEqual((yield* phone.map).digest, "ok")
        yield* stopBroker
        yield* startBroker
        assert.strictEqual(simulator.mqttUrl, mqttUrl)
        yield* robot.awaitOnline
        const again = yield* connect
        assert.deepInclude(yield* again.call("get_status"), { state: 8 })
        return simulator
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.mergeAll(
          NodeSimulator.layer({ speed: 20 }),
          NodeHttpClient.layerUndici,
          NodeTransport.layerTcp
        ))
      )
      const port = (url: string) => Number(new URL(url).port)
      yield* Effect.provide(
        Effect.void,
        NodeSimulator.layer({ webPort: port(baseUrl), mqttPort: port(mqttUrl) })
      )
    }), 20_000)
})
