/** `mqtt pub` */
import type { PublishOptions } from "@effect-mqtt/connection/Message"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { StandardStreams } from "../../StandardStreams.ts"
import * as byteText from "../command/byteText.ts"
import * as chosenTopic from "./chosenTopic.ts"
import { connectionTable } from "./connectionTable.ts"
import * as links from "./link.ts"
import { merge, publishTable } from "./messageOptions.ts"
import { fromMqtt, usage } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import * as payloads from "./payloadSource.ts"
import * as reporters from "./reporter.ts"
import * as settingsOf from "./settings.ts"
import * as readers from "./valueReader.ts"

export const table = {
  ...connectionTable,
  ...payloads.payloadTable,
  ...publishTable,
  topic: spec.value("topic", readers.topicName, "Where to publish.", "-t"),
  lines: spec.flag("stdin-line", "A message for each line of standard input; blank ones are left out.", "-l"),
  qos: spec.value("qos", readers.qos, "0 by default.", "-q"),
  retain: spec.flag("retain", "The broker keeps the message.", "-r"),
  repeat: spec.value("repeat", readers.integer(1, 1_000_000_000), "How many times it is published."),
  repeatDelay: spec.value("repeat-delay", readers.seconds, "Seconds between two of them.")
}

export type Values = spec.ValuesOf<typeof table>

const publish = (values: Values, reporter: reporters.Reporter) =>
  Effect.gen(function*() {
    const settings = yield* settingsOf.make(values)
    const topic = yield* chosenTopic.name("A message", values.topic, settings.topic)
    if (values.lines && payloads.sources(values) > 0) {
      return yield* usage("-l reads the payloads from standard input", "Leave out -m, -f, -n, -s and --payload-size.")
    }
    const properties = merge(values, settings.publish)
    if (settings.version === 4 && properties !== undefined) {
      return yield* usage("MQTT 3.1.1 has no properties", "Leave out -V 311 or the properties.")
    }
    const options: PublishOptions = { qos: values.qos, retain: values.retain, properties }
    const { input, write } = yield* StandardStreams
    const payload = values.lines ? undefined : yield* payloads.read(values)
    const send = Effect.gen(function*() {
      const client = yield* links.open(settings, reporter)
      const times = values.repeat ?? 1
      const sent = payload === undefined
        ? yield* payloads.lines(input).pipe(
          Stream.map((line) => ({ ...options, topic, payload: line })),
          // A sink tells of a refusal with what comes next, which may be never: one is for the lines that are there.
          Stream.chunks,
          Stream.mapEffect((read) => Stream.run(Stream.fromChunk(read), client.sink())),
          Stream.runFold({ messages: 0, bytes: 0 }, (sum, { bytes, messages }) => ({
            messages: sum.messages + messages,
            bytes: sum.bytes + bytes
          })),
          // Nor does anything tell of a lost link while no line comes.
          Effect.raceFirst(client.failure),
          Effect.mapError(fromMqtt)
        )
        : yield* client.publish(topic, payload, options).pipe(
          Effect.mapError(fromMqtt),
          Effect.repeat(
            Schedule.intersect(Schedule.recurs(times - 1), Schedule.spaced(values.repeatDelay ?? Duration.zero))
          ),
          Effect.as({ messages: times, bytes: times * payload.length })
        )
      if (reporter.isJson) {
        const { bytes, messages } = sent
        const done = { topic, qos: values.qos ?? 0, retain: values.retain, messages, bytes }
        yield* write(byteText.utf8(`${JSON.stringify(done)}\n`))
      }
    }).pipe(Effect.scoped)
    yield* links.persistently(values, reporter)(send)
  })

export const run = (values: Values) => Effect.flatMap(reporters.make(values), (reporter) => publish(values, reporter))
