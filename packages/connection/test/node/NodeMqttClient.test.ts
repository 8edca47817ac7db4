import { NodeBroker } from "@effect-mqtt/broker/node"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { NodeMqttClient } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Stream } from "effect"
import { certificates } from "./certificates.ts"

const tls = certificates === undefined
  ? undefined
  : { certificate: certificates.server.cert, key: Redacted.make(certificates.server.key) }

describe.skipIf(tls === undefined)("NodeMqttClient", () => {
  it.scopedLive.each(
    [
      ["mqtt", NodeBroker.layerTcp()],
      ["mqtts", NodeBroker.layerTcp({ tls })],
      ["ws", NodeBroker.layerWebSocket()],
      ["wss", NodeBroker.layerWebSocket({ tls })]
    ] as const
  )("publishes and receives over %s", ([scheme, broker]) =>
    Effect.gen(function*() {
      const { url } = Context.get(yield* Layer.build(broker), NodeBroker.BrokerAddress)
      assert.isTrue(url.startsWith(`${scheme}:`))
      const live = NodeMqttClient.layer({ url }, { tls: Effect.succeed({ ca: certificates?.ca }) })
      const client = Context.get(yield* Layer.build(live), MqttClient.MqttClient)
      const { messages } = yield* client.subscription("t", { qos: 2 })
      const payload = new Uint8Array(1_000_000).fill(7)
      yield* client.publish("t", payload, { qos: 2 })
      yield* client.publish("t", "small", { qos: 1 })
      const [first, second] = yield* Stream.runCollect(Stream.take(messages, 2))
      assert.deepStrictEqual(first?.payload.length, payload.length)
      assert.strictEqual(second === undefined ? "" : Message.text(second), "small")
    }))
})
