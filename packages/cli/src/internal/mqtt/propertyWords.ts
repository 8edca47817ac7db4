/** `-D PACKET NAME VALUE`: MQTT 5 properties by the names that the specification and mosquitto give them. */
import type { Properties } from "@effect-mqtt/codec"
import * as Either from "effect/Either"
import type { CommandError } from "../command/commandError.ts"
import { usage } from "./mqttFailure.ts"
import * as readers from "./valueReader.ts"

const uint32 = readers.integer(0, 0xffffffff)
const uint16 = readers.integer(1, 0xffff)

const encoder = new TextEncoder()

type Change = (properties: Properties.Properties) => Properties.Properties
type Read = (word: string) => Either.Either<Change, string>

const entry = <A>(
  read: (word: string) => Either.Either<A, string>,
  change: (value: A) => Properties.Properties
): Read =>
(word) => Either.map(read(word), (value) => (properties) => ({ ...properties, ...change(value) }))

const known: Readonly<Record<string, Read>> = {
  "payload-format-indicator": entry(readers.integer(0, 1).read, (value) => ({ payloadFormatIndicator: value })),
  "message-expiry-interval": entry(uint32.read, (value) => ({ messageExpiryInterval: value })),
  "content-type": entry(readers.text.read, (value) => ({ contentType: value })),
  "response-topic": entry(readers.topicName.read, (value) => ({ responseTopic: value })),
  "correlation-data": entry(readers.text.read, (value) => ({ correlationData: encoder.encode(value) })),
  "will-delay-interval": entry(uint32.read, (value) => ({ willDelayInterval: value })),
  "session-expiry-interval": entry(uint32.read, (value) => ({ sessionExpiryInterval: value })),
  "receive-maximum": entry(uint16.read, (value) => ({ receiveMaximum: value })),
  "maximum-packet-size": entry(readers.integer(1, 0xffffffff).read, (value) => ({ maximumPacketSize: value })),
  "topic-alias-maximum": entry(readers.integer(0, 0xffff).read, (value) => ({ topicAliasMaximum: value })),
  "request-problem-information": entry(readers.integer(0, 1).read, (value) => ({ requestProblemInformation: value })),
  // The client always asks for it.
  "request-response-information": entry(readers.oneOf("1", { 1: 1 }).read, (value) => ({
    requestResponseInformation: value
  })),
  "authentication-method": entry(readers.text.read, (value) => ({ authenticationMethod: value })),
  "authentication-data": entry(readers.text.read, (value) => ({ authenticationData: encoder.encode(value) }))
}

const ofMessage = [
  "payload-format-indicator",
  "message-expiry-interval",
  "content-type",
  "response-topic",
  "correlation-data",
  "user-property"
]

/** What each packet may carry; other properties belong to the client, which sets them itself. */
const packets: Readonly<Record<string, ReadonlyArray<string>>> = {
  connect: [
    "session-expiry-interval",
    "receive-maximum",
    "maximum-packet-size",
    "topic-alias-maximum",
    "request-problem-information",
    "request-response-information",
    "authentication-method",
    "authentication-data",
    "user-property"
  ],
  publish: ofMessage,
  subscribe: ["user-property"],
  will: [...ofMessage, "will-delay-interval"]
}

export type Packet = "connect" | "publish" | "subscribe" | "will"

export type Given = Readonly<Partial<Record<Packet, Properties.Properties>>>

const readOne = (words: ReadonlyArray<string>): Either.Either<readonly [packet: string, Change], CommandError> => {
  const [packet, name, first, second] = words
  const allowed = Object.hasOwn(packets, packet) ? packets[packet] : undefined
  if (allowed === undefined) {
    return Either.left(usage(`-D takes properties of ${Object.keys(packets).join(", ")}, not of "${packet}"`))
  }
  if (!allowed.includes(name)) {
    return Either.left(usage(`-D ${packet} takes ${allowed.join(", ")}, not "${name}"`))
  }
  if (name === "user-property") {
    return Either.right([packet, (properties) => ({
      ...properties,
      userProperties: [...properties.userProperties ?? [], [first, second]]
    })])
  }
  return Either.mapBoth(known[name](first), {
    onLeft: (expected) => usage(`-D ${packet} ${name} has to be ${expected}`),
    onRight: (change) => [packet, change] as const
  })
}

const isWords = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((word) => typeof word === "string")

/** The properties of one packet among all that were given, each as the JSON of its words. */
export const read = (
  given: ReadonlyArray<string>
): Either.Either<Given, CommandError> =>
  Either.gen(function*() {
    const found: Partial<Record<string, Properties.Properties>> = {}
    for (const json of given) {
      const words: unknown = JSON.parse(json)
      if (!isWords(words)) continue
      const [packet, change] = yield* readOne(words)
      found[packet] = change(found[packet] ?? {})
    }
    return found
  })
