import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Broker } from "../src/index.ts"
import { connect, open, publish, subscribe } from "./rawClient.ts"

const capabilities = {
  maximumQoS: 1,
  retain: false,
  wildcardSubscriptions: false,
  subscriptionIdentifiers: false,
  sharedSubscriptions: false
} as const

describe("capabilities", () => {
  it.scoped("what is not offered is announced", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ capabilities })
      const { connAck } = yield* connect(broker, "c")
      assert.deepInclude(connAck.properties, {
        maximumQoS: 1,
        retainAvailable: 0,
        wildcardSubscriptionAvailable: 0,
        subscriptionIdentifierAvailable: 0,
        sharedSubscriptionAvailable: 0
      })
    }))

  it.scoped("subscriptions are refused with the code made for it, and granted the QoS there is", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ capabilities })
      const client = yield* connect(broker, "c")
      assert.deepInclude(yield* subscribe(client, "t", { qos: 2 }), { reasonCodes: [1] })
      assert.deepInclude(yield* subscribe(client, "a/+"), { reasonCodes: [0xa2] })
      assert.deepInclude(yield* subscribe(client, "$share/g/t"), { reasonCodes: [0x9e] })
      assert.deepInclude(yield* subscribe(client, "u", { identifier: 1 }), { reasonCodes: [0xa1] })
      yield* broker.publish({ topic: "t", payload: "x", qos: 2 })
      assert.deepInclude(yield* client.expect("Publish"), { qos: 1 })
    }))

  const wills = [[{ qos: 2, retain: false }, 0x9b], [{ qos: 0, retain: true }, 0x9a]] as const
  it.scoped.each(wills)("a will that asks for more is refused: %o", ([fields, reasonCode]) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ capabilities })
      const client = yield* open(broker)
      const will = { topic: "t", payload: new Uint8Array(1), ...fields }
      yield* client.send(Packet.connect({ clientId: "c", will }))
      assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode })
    }))

  it.scoped("a PUBLISH that asks for more ends the connection", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ capabilities })
      const above = yield* connect(broker, "a")
      yield* above.send(publish("t", "x", { qos: 2, packetId: 1 }))
      assert.deepInclude(yield* above.expect("Disconnect"), { reasonCode: 0x9b })
      const retained = yield* connect(broker, "r")
      yield* retained.send(publish("t", "x", { retain: true }))
      assert.deepInclude(yield* retained.expect("Disconnect"), { reasonCode: 0x9a })
      assert.strictEqual((yield* broker.stats).messagesReceived, 0)
    }))
})
