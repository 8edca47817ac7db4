/** The two programs under test: a publisher at both QoS, by both ways to publish, and a consumer. */
import type { MqttError } from "@effect-mqtt/connection"
import { MqttClient, Reconnect } from "@effect-mqtt/connection"
import { FileSessionStore, NodeTransport } from "@effect-mqtt/connection/node"
import type { Scope } from "effect"
import { Chunk, Effect, Layer, Option, Stream } from "effect"
import { messagesIn, payloadOf } from "../numberedMessage.ts"
import type { Tally } from "./tally.ts"

type Client = MqttClient.MqttClient["Type"]

/** Short enough that a silent link is found out within seconds. */
const times = {
  keepAlive: "1 second",
  connAckTimeout: "2 seconds",
  connectTimeout: "4 seconds",
  acknowledgementTimeout: "5 seconds",
  reconnect: Reconnect.maxInterval(Reconnect.forever, "200 millis")
} as const

/**
 * A client whose session is on the disk. `cleanStart: false`, since Mosquitto 2.0.11 does not keep a session over a restart
 * whose last CONNECT had Clean Start 1.
 */
export const connect = (
  clientId: string,
  url: string,
  directory: string
): Effect.Effect<Client, MqttError.AuthError | MqttError.ConnectError, Scope.Scope> =>
  Effect.provide(
    MqttClient.make({ url, clientId, sessionExpiry: "1 day", cleanStart: false, initialConnect: "retry", ...times }),
    Layer.merge(NodeTransport.layerTcp, FileSessionStore.layer({ directory }))
  )

const tickMillis = 40
const messagesPerTick = 10

/** One of a hundred is large, so that a link is likely to end in the middle of one. */
const fillerOf = (message: number) => message % 200 < 2 ? 30_000 : message % 64

/** Publishes at an even pace until it is told to end, and completes when everything is acknowledged. */
export const publish = (
  client: Client,
  tally: Tally,
  isOver: () => boolean
): Effect.Effect<void, MqttError.PublishError> => {
  const messages = (qos: 1 | 2) =>
    Stream.repeatEffectChunkOption(
      Effect.suspend(() =>
        isOver() ? Effect.fail(Option.none()) : Effect.succeed(Chunk.makeBy(messagesPerTick, () => {
          const message = tally.next(qos)
          return { topic: `soak/${qos}`, payload: payloadOf(message, fillerOf(message)), qos }
        }))
      ).pipe(Effect.delay(tickMillis))
    )
  const byChunks = Stream.run(messages(1), client.sink())
  const oneByOne = messages(2).pipe(
    Stream.mapEffect(({ payload, qos, topic }) => client.publish(topic, payload, { qos }), {
      concurrency: 40,
      unordered: true
    }),
    Stream.runDrain
  )
  return Effect.all([byChunks, oneByOne], { concurrency: "unbounded", discard: true })
}

/** Returns when it is subscribed. */
export const consume = (
  client: Client,
  tally: Tally
): Effect.Effect<void, MqttError.SubscribeError, Scope.Scope> =>
  Effect.gen(function*() {
    const { messages } = yield* client.subscription("soak/+", { qos: 2 })
    yield* Effect.forkScoped(Stream.runForEachChunk(messages, (chunk) =>
      Effect.sync(() =>
        tally.received(
          Chunk.toReadonlyArray(chunk).flatMap(({ payload }) => messagesIn(payload))
        )
      )))
  })
