/** Publishes every message once, over many lives: what is durable is left to the client, the rest is published. */
import { MqttClient, Reconnect } from "@effect-mqtt/connection"
import { NodeMqttClient } from "@effect-mqtt/connection/node"
import { Effect, Layer } from "effect"
import { messagesIn, payloadOf, qosOf } from "../numberedMessage.ts"
import * as Ledger from "./ledger.ts"
import * as WatchedStore from "./watchedStore.ts"

const [, , url = "", directory = "", path = "", count = "0"] = process.argv
const ledger = Ledger.open(path)
const stored = new Set<number>()
const done = new Set<number>()
let run = 1
for (const { value, word } of ledger.facts) {
  if (word === "stored") stored.add(value)
  if (word === "done") done.add(value)
  if (word === "run") run = value + 1
}
ledger.note("run", [run])

const note = (messages: ReadonlyArray<number>) => {
  const fresh = messages.filter((message) => !stored.has(message))
  for (const message of fresh) stored.add(message)
  ledger.note("stored", fresh)
}

const store = WatchedStore.layer(
  directory,
  (records) => note([...records.values()].flatMap(messagesIn)),
  (changes) => note(changes.flatMap(({ value }) => value === undefined ? [] : messagesIn(value)))
)

const program = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  const publish = (message: number) => {
    const qos = qosOf(message)
    return Effect.tap(
      client.publish(`soak/${qos}`, payloadOf(message, message % 64), { qos }),
      Effect.sync(() => ledger.note("done", [message]))
    )
  }
  const missing = Array.from({ length: Number(count) }, (_, index) => index + 1).filter((message) =>
    !stored.has(message)
  )
  yield* Effect.forEach(missing, publish, { concurrency: 400, discard: true })
  // Closing waits until what earlier lives have left is acknowledged, too.
})

const live = NodeMqttClient.layer({
  url,
  clientId: "soak-publisher",
  sessionExpiry: "1 day",
  maxInFlight: 400,
  drainTimeout: "1 minute",
  initialConnect: "retry",
  reconnect: Reconnect.maxInterval(Reconnect.forever, "100 millis")
}).pipe(Layer.provide(store))

Effect.runPromise(Effect.provide(program, live)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error("publisher", error)
    process.exit(1)
  }
)
