/** `mqtt test`: what a broker can do, tried one by one. */
import type { SubscribeRequest } from "@effect-mqtt/connection/Message"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Stream from "effect/Stream"
import { CommandError } from "../command/commandError.ts"
import { connectionTable } from "./connectionTable.ts"
import type { Client } from "./link.ts"
import * as links from "./link.ts"
import { fromMqtt } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import * as reports from "./report.ts"
import * as reporters from "./reporter.ts"
import * as settingsOf from "./settings.ts"
import * as readers from "./valueReader.ts"

export const table = {
  ...connectionTable,
  topic: spec.value("topic", readers.topicName, "The topic to try things under; mqtt-test by default.", "-t"),
  seconds: spec.value("timeout", readers.seconds, "For each try; 5 seconds by default.", "-W")
}

export type Values = spec.ValuesOf<typeof table>

interface Attempt {
  readonly key: string
  readonly label: string
  readonly run: (client: Client, topic: string) => Effect.Effect<void, CommandError>
}

const lost = () => new CommandError({ kind: "Failed", sentence: "the message did not come back", exitCode: 1 })

/** One message out on `topic` and back by `request`. */
const roundTrip = (client: Client, topic: string, request: SubscribeRequest, retain = false) =>
  Effect.gen(function*() {
    const send = client.publish(topic, "mqtt test", { qos: request.qos, retain })
    if (retain) yield* send
    const { messages } = yield* client.subscription([{ ...request, requireQos: true }])
    if (!retain) yield* send
    yield* Effect.mapError(Effect.flatten(Stream.runHead(messages)), (error) =>
      error._tag === "NoSuchElementException" ? lost() : error)
    if (retain) {
      yield* client.publish(topic, "", { retain: true })
    }
  }).pipe(Effect.scoped, Effect.catchTags({ PublishError: fromMqtt, SubscribeError: fromMqtt }))

const attempts: ReadonlyArray<Attempt> = [
  { key: "qos0", label: "QoS 0", run: (client, topic) => roundTrip(client, topic, { filter: topic, qos: 0 }) },
  { key: "qos1", label: "QoS 1", run: (client, topic) => roundTrip(client, topic, { filter: topic, qos: 1 }) },
  { key: "qos2", label: "QoS 2", run: (client, topic) => roundTrip(client, topic, { filter: topic, qos: 2 }) },
  {
    key: "retained",
    label: "retained messages",
    run: (client, topic) => roundTrip(client, `${topic}/kept`, { filter: `${topic}/kept`, qos: 0 }, true)
  },
  {
    key: "wildcards",
    label: "wildcards",
    run: (client, topic) => roundTrip(client, `${topic}/a/b`, { filter: `${topic}/+/#`, qos: 0 })
  },
  {
    key: "shared",
    label: "shared subscriptions",
    run: (client, topic) => roundTrip(client, topic, { filter: `$share/mqtt-test/${topic}`, qos: 0 })
  }
]

const tryAll = (values: Values, version: 4 | 5, reporter: reporters.Reporter) =>
  Effect.gen(function*() {
    const settings = yield* settingsOf.make({ ...values, version })
    const limit = values.seconds ?? Duration.seconds(5)
    const topic = `${values.topic ?? settings.topic ?? "mqtt-test"}/${settings.client.clientId}`
    const client = yield* links.open(settings, reporter)
    const rows = yield* Effect.forEach(attempts, ({ key, label, run }) =>
      run(client, topic).pipe(
        Effect.timeoutFail({ duration: limit, onTimeout: lost }),
        Effect.match({
          onFailure: (error) => [key, label, `no: ${error.sentence}`] as const,
          onSuccess: () => [key, label, true] as const
        })
      ))
    return rows
  }).pipe(Effect.scoped)

export const run = (values: Values) =>
  Effect.gen(function*() {
    const reporter = yield* reporters.make(values)
    // The tries leave messages behind that nobody asks for; that is not news.
    const silent = yield* reporters.make({ ...values, quiet: true })
    const versions = values.version === undefined ? [5, 4] as const : [values.version]
    const answers = yield* Effect.forEach(versions, (version) =>
      Effect.gen(function*() {
        const answer = yield* Effect.either(tryAll(values, version, silent)).pipe(
          Logger.withMinimumLogLevel(values.debug || values.debugBytes ? LogLevel.Trace : LogLevel.Error)
        )
        const name = version === 5 ? "5.0" : "3.1.1"
        yield* reports.write(reporter, [
          ["protocolVersion", "version", name],
          ...Either.match(answer, {
            onLeft: (error): ReadonlyArray<reports.Row> => [["connect", "connect", `no: ${error.sentence}`]],
            onRight: (rows): ReadonlyArray<reports.Row> => [["connect", "connect", true], ...rows]
          })
        ])
        return answer
      }))
    const worst = answers.find(Either.isLeft)
    // A broker with one of the two versions is a broker.
    if (worst !== undefined && answers.every(Either.isLeft)) return yield* worst.left
  })
