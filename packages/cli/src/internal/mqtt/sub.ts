/** `mqtt sub` */
import * as Topic from "@effect-mqtt/codec/Topic"
import type { FilterOptions, Message, SubscribeRequest } from "@effect-mqtt/connection/Message"
import type { SubscribeError } from "@effect-mqtt/connection/MqttError"
import * as Reconnect from "@effect-mqtt/connection/Reconnect"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as arrivals from "./arrivalOutput.ts"
import * as chosenTopic from "./chosenTopic.ts"
import { connectionTable } from "./connectionTable.ts"
import type { Client } from "./link.ts"
import * as links from "./link.ts"
import * as messageFiles from "./messageFiles.ts"
import { fromMqtt, usage, within } from "./mqttFailure.ts"
import * as oneByOne from "./oneByOne.ts"
import * as spec from "./optionSpec.ts"
import * as reporters from "./reporter.ts"
import * as settingsOf from "./settings.ts"
import * as readers from "./valueReader.ts"

/** The numbers of the protocol, and the words of mosquitto_sub 2.1. */
const retainWords = readers.oneOf<0 | 1 | 2>("0|1|2", { 0: 0, 1: 1, 2: 2, always: 0, new: 1, never: 2 })

export const table = {
  ...connectionTable,
  ...arrivals.outputTable,
  ...messageFiles.fileTable,
  topics: spec.values("topic", readers.topicFilter, "A filter to subscribe to; any number of them.", "-t"),
  qos: spec.values("qos", readers.qos, "0 by default; one for all filters, or one for each in turn.", "-q"),
  count: spec.value("count", readers.integer(1, 1_000_000_000), "Ends after this many messages.", "-C"),
  seconds: spec.value("timeout", readers.seconds, "Ends after this many seconds, with exit code 27.", "-W"),
  exitSubscribed: spec.flag("exit-subscribed", "Ends when the broker has confirmed the filters.", "-E"),
  noRetained: spec.flag("no-retained", "Leaves out retained messages.", "-R"),
  retainedOnly: spec.flag("retained-only", "Retained messages only; the first other one ends it."),
  removeRetained: spec.flag("remove-retained", "Clears each retained message that comes."),
  filterOut: spec.values("filter-out", readers.topicFilter, "Leaves out what matches this filter.", "-T"),
  unsubscribe: spec.values("unsubscribe", readers.topicFilter, "Ends an earlier subscription of a kept session.", "-U"),
  noLocal: spec.flag("no-local", "Without what this client publishes itself.", "-nl"),
  retainAsPublished: spec.flag("retain-as-published", "The retain flag as it was published.", "-rap"),
  retainHandling: spec.value("retain-handling", retainWords, "0 always, 1 if the subscription is new, 2 never.", "-rh"),
  userProperties: spec.values("user-property", readers.userProperty, "A pair that SUBSCRIBE carries.", "-up")
}

export type Values = spec.ValuesOf<typeof table>

const requestsOf = (values: Values, filters: ReadonlyArray<string>): ReadonlyArray<SubscribeRequest> => {
  const options: FilterOptions = {
    noLocal: values.noLocal || undefined,
    retainAsPublished: values.retainAsPublished || undefined,
    retainHandling: values.retainHandling
  }
  return filters.map((filter, index) => ({ ...options, filter, qos: values.qos[index] ?? values.qos.at(-1) ?? 0 }))
}

const forget = (client: Client, filter: string) =>
  // Joining and leaving is what makes the broker forget it.
  Effect.scoped(client.subscription(filter, { retainHandling: 2, overflow: "dropOldest" })).pipe(
    Effect.mapError(fromMqtt)
  )

const isWanted = (values: Values) => ({ retain, topic }: Message) =>
  !(values.noRetained && retain) && !values.filterOut.some((filter) => Topic.matches(filter, topic))

/** Writes the messages that are wanted, chunk by chunk, until the last one that is asked for. */
const print = (
  values: Values,
  client: Client,
  render: arrivals.Render,
  write: messageFiles.Write,
  messages: Stream.Stream<Message, SubscribeError>
) =>
  Effect.gen(function*() {
    const wanted = isWanted(values)
    let left = values.count ?? Infinity
    const printChunk = (chunk: Chunk.Chunk<Message>) =>
      Effect.gen(function*() {
        const at = yield* Clock.currentTimeMillis
        const written: Array<Uint8Array> = []
        for (const message of chunk) {
          if (values.retainedOnly && !message.retain) left = 0
          if (left === 0) break
          if (!wanted(message)) continue
          left--
          if (values.removeRetained && message.retain) {
            yield* client.publish(message.topic, "", { retain: true, qos: 1 })
          }
          written.push(yield* render({ message, at }))
        }
        yield* write(written)
        return Chunk.of(left === 0)
      })
    yield* messages.pipe(
      Stream.mapChunksEffect(printChunk),
      Stream.takeUntil((isLast) => isLast),
      Stream.runDrain
    )
  })

const subscribe = (values: Values, reporter: reporters.Reporter) =>
  Effect.gen(function*() {
    const settings = yield* settingsOf.make(values, Reconnect.forever)
    const filters = yield* chosenTopic.filters(values.topics, settings.topic)
    if (filters.length === 0 && values.unsubscribe.length === 0) {
      return yield* usage("There is nothing to subscribe to", "Name a filter with -t.")
    }
    if (values.noRetained && values.retainedOnly) {
      return yield* usage("-R and --retained-only leave no message", "Give one of them.")
    }
    const needsVersion5 = values.noLocal || values.retainAsPublished || values.retainHandling !== undefined
      || values.userProperties.length > 0
    if (settings.version === 4 && needsVersion5) {
      return yield* usage("In MQTT 3.1.1 a subscription has no options or properties but the QoS", "Leave out -V 311.")
    }
    // A file of its own is the end of a message already.
    const noNewline = values.noNewline || values.fileSave !== undefined
    const render = yield* arrivals.make({ ...values, noNewline }, reporter)
    const write = yield* messageFiles.make(values)
    // One at a time, so that those of a kept session beyond the last one wanted stay with the broker.
    const isCounted = settings.sessionFolder !== undefined && values.count !== undefined
    const receiveMaximum = isCounted ? 1 : settings.client.receiveMaximum
    const receive = Effect.gen(function*() {
      const client = yield* links.open({ ...settings, client: { ...settings.client, receiveMaximum } }, reporter)
      yield* Effect.forEach(values.unsubscribe, (filter) => forget(client, filter), { discard: true })
      if (filters.length === 0) return
      const subscription = yield* Effect.mapError(
        client.subscription(requestsOf(values, filters), {
          userProperties: [...settings.subscribe, ...values.userProperties]
        }),
        fromMqtt
      )
      yield* reporter.event("subscribed", { filters, grantedQos: subscription.grantedQos })
      const messages = isCounted ? oneByOne.stream(subscription) : subscription.messages
      // A kept session keeps its subscriptions, so the client has to be gone before they are left; others end like it,
      // since what comes after the last message that is wanted is not news.
      yield* (values.exitSubscribed ? Effect.void : print(values, client, render, write, messages)).pipe(
        Effect.ensuring(client.disconnect())
      )
    }).pipe(
      Effect.scoped,
      Effect.catchTags({ PublishError: fromMqtt, SubscribeError: fromMqtt })
    )
    yield* links.persistently(values, reporter)(receive)
  }).pipe(Effect.scoped)

export const run = (values: Values) =>
  Effect.flatMap(reporters.make(values), (reporter) => within(values.seconds)(subscribe(values, reporter)))
