/** Writes down every message that it gets; a message is accepted when it is written down. */
import { MqttClient, Reconnect } from "@effect-mqtt/connection"
import { NodeMqttClient } from "@effect-mqtt/connection/node"
import { Chunk, Effect, Layer, Stream } from "effect"
import { messagesIn } from "../numberedMessage.ts"
import * as Ledger from "./ledger.ts"
import * as WatchedStore from "./watchedStore.ts"

const [, , url = "", directory = "", path = "", count = "0"] = process.argv
const ledger = Ledger.open(path)
const got = new Set<number>()
let run = 1
for (const { value, word } of ledger.facts) {
  if (word === "got") got.add(value)
  if (word === "run") run = value + 1
}
ledger.note("run", [run])

let sure = 0
const store = WatchedStore.layer(directory, () => {}, (changes) => {
  const received = changes.filter(({ key, value }) => value !== undefined && /^r\d+$/.test(key)).length
  sure += received
  if (received > 0) ledger.note("sure", [sure])
})

const isComplete = () => got.size >= Number(count)

const program = Effect.gen(function*() {
  // The life before may have been killed when it had everything.
  if (isComplete()) return
  const client = yield* MqttClient.MqttClient
  const { messages } = yield* client.subscription("soak/#", { qos: 2 })
  ledger.note("subscribed", [run])
  yield* Effect.race(
    client.failure,
    messages.pipe(
      Stream.mapChunks((chunk) => {
        const numbers = Chunk.toReadonlyArray(chunk).flatMap(({ payload }) => messagesIn(payload))
        ledger.note("got", numbers)
        for (const message of numbers) got.add(message)
        return chunk
      }),
      Stream.takeUntil(isComplete),
      Stream.runDrain
    )
  )
}).pipe(Effect.scoped)

const live = NodeMqttClient.layer({
  url,
  clientId: "soak-consumer",
  sessionExpiry: "1 day",
  receiveMaximum: 200,
  initialConnect: "retry",
  reconnect: Reconnect.maxInterval(Reconnect.forever, "100 millis")
}).pipe(Layer.provide(store))

Effect.runPromise(Effect.provide(program, live)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error("consumer", error)
    process.exit(1)
  }
)
