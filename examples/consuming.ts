/**
 * Other ways to take messages than a stream that runs to its end: a poll that does not wait, a list of
 * filters pulled message by message, several streams at once, and a message that comes again until it is
 * marked as read.
 *
 *     pnpm tsx examples/consuming.ts
 */
import { Broker } from "@effect-mqtt/broker"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Chunk, Console, Effect, Option, Stream } from "effect"

type Client = MqttClient.MqttClient["Type"]

const poll = (client: Client) =>
  Effect.scoped(Effect.gen(function*() {
    const { poll } = yield* client.subscription("meter/power")
    const before = yield* poll
    yield* client.publish("meter/power", "230")
    yield* client.ping
    const after = yield* poll
    const textOf = Option.match({ onNone: () => "nothing", onSome: Message.text })
    yield* Console.log(`poll: ${textOf(before)}, then ${textOf(after)}`)
  }))

const oneByOne = (client: Client) =>
  Effect.scoped(Effect.gen(function*() {
    const { grantedQos, messages } = yield* client.subscription([
      { filter: "door/+", qos: 1 },
      { filter: "window/+", qos: 2 }
    ])
    yield* client.publish("door/front", "open", { qos: 1 })
    yield* client.publish("window/attic", "closed", { qos: 2 })
    const pull = yield* Stream.toPull(Stream.rechunk(messages, 1))
    const [first, second] = [Chunk.unsafeHead(yield* pull), Chunk.unsafeHead(yield* pull)]
    yield* Console.log(`QoS ${grantedQos.join(" and ")}: ${first.topic}, ${second.topic}`)
    // The scope ends here: both filters are unsubscribed, and the server has confirmed it.
  }))

const inParallel = (client: Client) =>
  Effect.scoped(Effect.gen(function*() {
    const rooms = ["kitchen", "hall"]
    const subscriptions = yield* Effect.forEach(rooms, (room) => client.subscription(`${room}/temperature`, { qos: 1 }))
    yield* Effect.forEach(rooms, (room, index) => client.publish(`${room}/temperature`, `${20 + index}`, { qos: 1 }), {
      concurrency: "unbounded"
    })
    const readings = yield* Effect.forEach(
      subscriptions,
      ({ messages }) => Effect.map(Stream.runHead(messages), Option.map(Message.text)),
      { concurrency: "unbounded" }
    )
    yield* Console.log(`in parallel: ${readings.map(Option.getOrElse(() => "?")).join(", ")}`)
  }))

/** A letter that is not acknowledged comes again after the link was replaced. */
const untilRead = (client: Client) =>
  Effect.gen(function*() {
    // Retained, so that it is there for whoever subscribes.
    yield* client.publish("letters", "Dear reader", { qos: 1, retain: true })
    yield* client.subscribeAckable("letters", { qos: 1 }).pipe(
      Stream.zipWithIndex,
      Stream.mapEffect(([letter, count]) =>
        Effect.gen(function*() {
          yield* Console.log(`${count === 0 ? "unread" : "again"}: ${Message.text(letter)}`)
          if (count === 0) yield* client.reconnect
          else yield* letter.ack
          return count > 0
        })
      ),
      Stream.takeUntil((isRead) => isRead),
      Stream.runDrain
    )
  })

const program = Effect.gen(function*() {
  const client = yield* MqttClient.make({ url: "mqtt://memory" })
  yield* poll(client)
  yield* oneByOne(client)
  yield* inParallel(client)
  yield* untilRead(client)
}).pipe(Effect.scoped, Effect.provide(Broker.layerMemory()))

NodeRuntime.runMain(program)
