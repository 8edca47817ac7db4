/** `mqtt bench conn`, `pub` and `sub`: many connections, and how fast they are. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { connectionTable } from "./connectionTable.ts"
import * as links from "./link.ts"
import { fromMqtt, usage } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import type { Row } from "./report.ts"
import * as reports from "./report.ts"
import * as reporters from "./reporter.ts"
import * as settingsOf from "./settings.ts"
import * as readers from "./valueReader.ts"

const common = {
  ...connectionTable,
  connections: spec.value("connections", readers.integer(1, 10_000), "How many; 100 by default.", "-n"),
  interval: spec.value("interval", readers.milliseconds, "Between two of them; 10 by default.")
}

const messages = {
  ...common,
  topic: spec.value("topic", readers.text, "With %i for the number of the connection.", "-t"),
  qos: spec.value("qos", readers.qos, "0 by default.", "-q"),
  limit: spec.value("limit", readers.integer(1, 1_000_000_000), "Messages of each connection; 1000 by default.")
}

export const connTable = {
  ...common,
  hold: spec.value("hold", readers.seconds, "Keeps them open for this many seconds.")
}

export const pubTable = {
  ...messages,
  size: spec.value("payload-size", readers.integer(0, 1_048_576), "Bytes of a payload; 64 by default.", "-S"),
  pause: spec.value("message-interval", readers.milliseconds, "Between two messages; none by default.")
}

export const subTable = {
  ...messages,
  seconds: spec.value("timeout", readers.seconds, "Ends after this many seconds.", "-W")
}

type CommonValues = spec.ValuesOf<typeof common>
export type ConnValues = spec.ValuesOf<typeof connTable>
export type PubValues = spec.ValuesOf<typeof pubTable>
export type SubValues = spec.ValuesOf<typeof subTable>

const mostAtOnce = 16

/** Connects one after the other, a limited number at the same time; the failed ones are counted. */
const connectAll = (values: CommonValues, reporter: reporters.Reporter) =>
  Effect.gen(function*() {
    const count = values.connections ?? 100
    const interval = values.interval ?? Duration.millis(10)
    if (values.clientId !== undefined) {
      return yield* usage("Each connection needs an identifier of its own", "Use --id-prefix in place of --id.")
    }
    const before = yield* Clock.currentTimeMillis
    const answers = yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      (index) =>
        Effect.gen(function*() {
          yield* Effect.sleep(Duration.times(interval, index))
          const settings = yield* settingsOf.make({ ...values, quiet: true })
          return yield* Effect.either(links.open(settings, reporter))
        }),
      { concurrency: Duration.toMillis(interval) === 0 ? mostAtOnce : "unbounded" }
    )
    const clients = answers.flatMap((answer) => Either.isRight(answer) ? [answer.right] : [])
    const failure = answers.find(Either.isLeft)
    if (clients.length === 0 && failure !== undefined) return yield* failure.left
    const rows: ReadonlyArray<Row> = [
      ["connections", "connected", clients.length],
      ["failed", "failed", count - clients.length],
      ["connectMillis", "connected in (ms)", (yield* Clock.currentTimeMillis) - before]
    ]
    return { clients, rows }
  })

const rates = (count: number, millis: number): ReadonlyArray<Row> => [
  ["messages", "messages", count],
  ["millis", "in (ms)", millis],
  ["perSecond", "per second", millis === 0 ? undefined : Math.round(count * 1000 / millis)]
]

const topicOf = (topic: string | undefined, index: number): string =>
  (topic ?? "bench/%i").replaceAll("%i", String(index))

export const conn = (values: ConnValues) =>
  Effect.gen(function*() {
    const reporter = yield* reporters.make(values)
    const { rows } = yield* connectAll(values, reporter)
    yield* reports.write(reporter, rows)
    yield* Effect.sleep(values.hold ?? Duration.zero)
  }).pipe(Effect.scoped)

export const pub = (values: PubValues) =>
  Effect.gen(function*() {
    const reporter = yield* reporters.make(values)
    const { clients, rows } = yield* connectAll(values, reporter)
    const payload = new Uint8Array(values.size ?? 64)
    const before = yield* Clock.currentTimeMillis
    const sent = yield* Effect.forEach(clients, (client, index) => {
      const message = { topic: topicOf(values.topic, index), payload, qos: values.qos ?? 0 }
      const all = Stream.map(Stream.range(1, values.limit ?? 1000), () => message)
      const paced = values.pause === undefined || Duration.toMillis(values.pause) === 0
        ? all
        : Stream.tap(all, () => Effect.sleep(values.pause ?? Duration.zero))
      return Effect.mapError(Stream.run(paced, client.sink()), fromMqtt)
    }, { concurrency: "unbounded" })
    const count = sent.reduce((sum, summary) => sum + summary.messages, 0)
    yield* reports.write(reporter, [...rows, ...rates(count, (yield* Clock.currentTimeMillis) - before)])
  }).pipe(Effect.scoped)

export const sub = (values: SubValues) =>
  Effect.gen(function*() {
    const reporter = yield* reporters.make(values)
    const { clients, rows } = yield* connectAll(values, reporter)
    const limit = values.limit ?? 1000
    let first: number | undefined
    let last = 0
    let count = 0
    const streams = yield* Effect.forEach(
      clients,
      (client, index) => client.subscription(topicOf(values.topic, index), { qos: values.qos ?? 0 }),
      { concurrency: mostAtOnce }
    )
    yield* reporter.event(
      "subscribed",
      { connections: streams.length },
      `${streams.length} connections have subscribed.`
    )
    const drain = Effect.forEach(streams, (subscription) => {
      let left = limit
      return subscription.messages.pipe(
        Stream.mapChunksEffect((chunk) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            first ??= now
            last = now
            count += chunk.length
            left -= chunk.length
            return chunk
          })
        ),
        Stream.takeUntil(() => left <= 0),
        Stream.runDrain
      )
    }, { concurrency: "unbounded", discard: true })
    yield* values.seconds === undefined ? drain : Effect.timeoutOption(drain, values.seconds)
    yield* reports.write(reporter, [...rows, ...rates(count, last - (first ?? last))])
  }).pipe(Effect.scoped, Effect.catchTag("SubscribeError", fromMqtt))
