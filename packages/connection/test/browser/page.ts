/** What runs in the browser: bundled, then called by the test. */
import { Message, MqttClient, Reconnect, Transport } from "@effect-mqtt/connection"
import { Socket } from "@effect/platform"
import { Chunk, Effect, Layer, Stream } from "effect"

export interface Report {
  readonly before: ReadonlyArray<string>
  readonly after: ReadonlyArray<string>
  readonly links: number
}

/** Publishes and receives at every QoS, lets `cut` end the link, and does it again. */
export const exchange = (url: string, cut: () => Promise<void>): Promise<Report> =>
  Effect.gen(function*() {
    const client = yield* MqttClient.MqttClient
    const { messages } = yield* client.subscription("page/#", { qos: 2 })
    const pull = yield* Stream.toPull(Stream.rechunk(messages, 1))
    const round = (text: string) =>
      Effect.gen(function*() {
        for (const qos of [0, 1, 2] as const) yield* client.publish(`page/${qos}`, text, { qos })
        const received: Array<string> = []
        while (received.length < 3) {
          for (const message of Chunk.toReadonlyArray(yield* pull)) {
            // What was not accepted before the cut comes again.
            if (Message.text(message) === text) received.push(`${message.topic} at ${message.qos}: ${text}`)
          }
        }
        return received.sort()
      })
    const before = yield* round("before")
    yield* Effect.promise(cut)
    const connected = yield* Stream.runHead(
      Stream.filter(client.status.changes, (status) => status._tag === "Connected" && status.epoch > 1)
    )
    const after = yield* round("after")
    const status = yield* connected
    return { before, after, links: status._tag === "Connected" ? status.epoch : 0 }
  }).pipe(
    Effect.scoped,
    Effect.provide(
      MqttClient.layer({ url, reconnect: Reconnect.maxInterval(Reconnect.forever, "50 millis") }).pipe(
        Layer.provide(Transport.layerWebSocket()),
        Layer.provide(Socket.layerWebSocketConstructorGlobal)
      )
    ),
    Effect.runPromise
  )
