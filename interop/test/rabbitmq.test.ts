import type { MqttClient, MqttError } from "@effect-mqtt/connection"
import { Message } from "@effect-mqtt/connection"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { user } from "../brokers/broker.ts"
import { rabbitmq } from "../brokers/capabilities.ts"
import * as RabbitMq from "../brokers/rabbitmq.ts"
import { table } from "./table.ts"
import { connect, inbox, linked, type Target } from "./target.ts"

const on = (broker: RabbitMq.Cluster, node: 0 | 1 | 2): Target => ({
  broker: broker.nodes[node],
  can: rabbitmq,
  link: "tcp",
  userName: user.name,
  version: 4
})

/**
 * Publishes until a message comes out at the other end. A node that has granted a subscription does not wait until the
 * others know of it, and what they get before that goes nowhere.
 */
const awaitRoute = (
  sender: MqttClient.MqttClient["Type"],
  topic: string,
  next: Effect.Effect<Message.Message>
): Effect.Effect<void, MqttError.MqttError> =>
  Effect.gen(function*() {
    const probing = sender.publish(topic, "probe", { qos: 1 }).pipe(Effect.delay("100 millis"), Effect.forever)
    yield* Effect.raceFirst(next, probing)
    yield* sender.publish(topic, "last probe", { qos: 1 })
    yield* Effect.repeat(next, { until: (message) => Message.text(message) === "last probe" })
  })

table<RabbitMq.Cluster>({
  can: rabbitmq,
  make: RabbitMq.make,
  userName: user.name,
  version: RabbitMq.version,
  also: {
    "three nodes: what is published on one arrives on another; retained messages stay on theirs": (broker) =>
      Effect.gen(function*() {
        const sender = yield* connect(on(broker, 0))
        yield* sender.publish("open/cluster/kept", "kept", { qos: 1, retain: true })
        const receiver = yield* connect(on(broker, 1))
        const { next } = yield* inbox(receiver, "open/cluster/+", { qos: 1 })
        yield* awaitRoute(sender, "open/cluster/probe", next)
        yield* sender.publish("open/cluster/live", "live", { qos: 1 })
        assert.strictEqual(Message.text(yield* next), "live")
        yield* sender.publish("open/cluster/kept", "", { qos: 1, retain: true })
      }),
    "three nodes: with one of them killed nothing is lost at QoS 1, the session goes on at another": (broker) =>
      Effect.gen(function*() {
        const [first, , last] = broker.nodes
        const url = [last.urls.tcp, first.urls.tcp]
        const receiver = yield* connect(on(broker, 2), { url, clientId: "survivor" })
        // In 3.1.1 the first session ends with its link: the second link is the one to be kept.
        yield* receiver.reconnect
        const { next } = yield* inbox(receiver, "open/failover/#", { qos: 1 })
        const sender = yield* connect(on(broker, 1))
        yield* awaitRoute(sender, "open/failover/probe", next)
        const { epoch } = yield* linked(receiver, 2)
        const numbers = Array.from({ length: 600 }, (_, index) => index)
        const sending = yield* Effect.fork(
          Effect.forEach(numbers, (number) => sender.publish(`open/failover/${number % 7}`, `${number}`, { qos: 1 }))
        )
        const got = new Set<number>()
        const receive = Effect.map(next, (message) => got.add(Number(Message.text(message))))
        yield* Effect.repeat(receive, { until: ({ size }) => size >= 100 })
        yield* last.kill
        yield* Effect.repeat(receive, { until: ({ size }) => size === numbers.length })
        yield* sending.await
        const status = yield* linked(receiver, epoch + 1)
        assert.isTrue(status.negotiated.sessionPresent)
      })
  }
})
