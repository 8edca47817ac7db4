import { MqttClient } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { LocalNetwork, MqttCredentials, RoborockApi, RoborockSession } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Simulator } from "../../src/index.ts"
import { NodeSimulator } from "../../src/node/index.ts"

const trusting = (certificate: string | undefined) => NodeTransport.layerWith({ tls: { ca: certificate ?? "" } })

const client = Layer.unwrapEffect(
  Effect.map(
    Simulator.Simulator,
    ({ account: { email, password }, baseUrl, certificate }) =>
      RoborockSession.layer({ credentials: { email, password }, baseUrl }).pipe(
        Layer.provide(
          Layer.mergeAll(
            NodeHttpClient.layerUndici,
            trusting(certificate),
            KeyValueStore.layerMemory,
            LocalNetwork.layerNone
          )
        )
      )
  )
)

describe("NodeSimulator with TLS", () => {
  it.live(
    "serves our client, and clients of both versions with an empty client id, who trust its certificate",
    () =>
      Effect.gen(function*() {
        const simulator = yield* Simulator.Simulator
        const { account, baseUrl, certificate, mqttUrl } = simulator
        assert.match(mqttUrl, /^ssl:\/\/127\.0\.0\.1:\d+$/)
        const { device } = yield* RoborockSession.RoborockSession
        const vacuum = yield* device("Living room")
        assert.deepInclude(yield* vacuum.state.get, { battery: 100, activity: "docked" })

        const api = yield* RoborockApi.make({ baseUrl })
        const { rriot } = yield* api.login({ email: account.email, password: account.password })
        const credentials = yield* MqttCredentials.make(rriot)
        assert.isTrue(credentials.tls)
        for (const protocolVersion of [4, 5] as const) {
          const { password, url, username } = credentials
          const raw = yield* MqttClient.make({ url, username, password, clientId: "", protocolVersion }).pipe(
            Effect.provide(trusting(certificate))
          )
          const { messages } = yield* raw.subscription(MqttCredentials.responseFilter(credentials))
          const heard = yield* Effect.fork(Stream.runHead(messages))
          yield* simulator.robots[0]?.call("set_custom_mode", [100 + protocolVersion - 3]) ?? Effect.void
          assert.strictEqual((yield* heard)._tag, "Some")
        }
        const strange = MqttClient.make({ url: credentials.url, username: "", clientId: "" }).pipe(
          Effect.provide(NodeTransport.layer)
        )
        assert.strictEqual((yield* Effect.flip(strange))._tag, "ConnectError")
      }).pipe(
        Effect.scoped,
        Effect.provide(
          Layer.merge(Layer.provideMerge(client, NodeSimulator.layer({ tls: true })), NodeHttpClient.layerUndici)
        )
      ),
    20_000
  )
})
