/** `mqtt rr` */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { StandardStreams } from "../../StandardStreams.ts"
import { CommandError } from "../command/commandError.ts"
import * as arrivals from "./arrivalOutput.ts"
import * as chosenTopic from "./chosenTopic.ts"
import { connectionTable } from "./connectionTable.ts"
import * as links from "./link.ts"
import { merge, publishTable } from "./messageOptions.ts"
import { fromMqtt, timedOut, usage, within } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import * as payloads from "./payloadSource.ts"
import * as reporters from "./reporter.ts"
import * as settingsOf from "./settings.ts"
import * as readers from "./valueReader.ts"

const { contentType, correlation, isText, userProperties } = publishTable

export const table = {
  ...connectionTable,
  ...payloads.payloadTable,
  ...arrivals.outputTable,
  contentType,
  correlation,
  isText,
  userProperties,
  topic: spec.value("topic", readers.topicName, "Where the request goes.", "-t"),
  responseTopic: spec.value(
    "response-topic",
    readers.topicName,
    "Where the response arrives; a topic of its own by default.",
    "-e"
  ),
  qos: spec.value("qos", readers.qos, "0 by default.", "-q"),
  seconds: spec.value(
    "timeout",
    readers.seconds,
    "Ends after this many seconds, with exit code 27; by default 10 after it has connected.",
    "-W"
  )
}

export type Values = spec.ValuesOf<typeof table>

/**
 * MQTT 3.1.1 has nothing that brings the two together: the first message on the response topic counts, but for one that the
 * broker has kept, which answers an earlier request.
 */
const requestPlain = (
  client: links.Client,
  topic: string,
  payload: Uint8Array,
  { qos, responseTopic }: Values,
  timeout: Duration.Duration
) =>
  Effect.gen(function*() {
    if (responseTopic === undefined) return yield* usage("MQTT 3.1.1 needs the response topic", "Name it with -e.")
    const { messages } = yield* client.subscription(responseTopic, { qos, retainHandling: undefined })
    yield* client.publish(topic, payload, { qos })
    return yield* Stream.runHead(Stream.filter(messages, ({ retain }) => !retain)).pipe(
      Effect.flatten,
      Effect.timeoutFail({ duration: timeout, onTimeout: () => timedOut("No response came in time") }),
      Effect.catchTag(
        "NoSuchElementException",
        () => new CommandError({ kind: "Failed", sentence: "The connection ended before a response came", exitCode: 1 })
      )
    )
  })

const ask = (values: Values, reporter: reporters.Reporter) =>
  Effect.gen(function*() {
    const settings = yield* settingsOf.make(values)
    const topic = yield* chosenTopic.name("A request", values.topic, settings.topic)
    const render = yield* arrivals.make(values, reporter)
    const payload = yield* payloads.read(values)
    const { qos, responseTopic, seconds } = values
    const properties = merge({ ...values, expiry: undefined, responseTopic: undefined }, settings.publish)
    const timeout = seconds ?? Duration.seconds(10)
    const exchange = Effect.gen(function*() {
      const client = yield* links.open(settings, reporter)
      const message = settings.version === 4
        ? yield* requestPlain(client, topic, payload, values, timeout)
        : yield* client.request(topic, payload, { qos, responseTopic, timeout, properties })
      const { write } = yield* StandardStreams
      yield* write(yield* render({ message, at: yield* Clock.currentTimeMillis }))
    }).pipe(
      Effect.scoped,
      Effect.catchTags({ PublishError: fromMqtt, RequestError: fromMqtt, SubscribeError: fromMqtt })
    )
    yield* within(seconds)(links.persistently(values, reporter)(exchange))
  })

export const run = (values: Values) => Effect.flatMap(reporters.make(values), (reporter) => ask(values, reporter))
