/** A message as JSON: the shape of mosquitto_sub's `%j`. */
import type { Message } from "@effect-mqtt/connection/Message"
import * as byteText from "../command/byteText.ts"
import * as clockText from "./clockText.ts"

/** A message and when it came, in milliseconds since the epoch. */
export interface Arrival {
  readonly message: Message
  readonly at: number
}

const grouped = (pairs: ReadonlyArray<readonly [string, string]>) => {
  const groups = new Map<string, ReadonlyArray<string>>()
  for (const [name, value] of pairs) groups.set(name, [...groups.get(name) ?? [], value])
  return Object.fromEntries(Array.from(groups, ([name, found]) => [name, found.length === 1 ? found[0] : found]))
}

/** Without the subscription identifier, which is the client's own bookkeeping here. */
const toProperties = ({ properties = {} }: Message) => {
  const { correlationData, userProperties } = properties
  const named = {
    "content-type": properties.contentType,
    "user-properties": userProperties === undefined || userProperties.length === 0
      ? undefined
      : grouped(userProperties),
    "response-topic": properties.responseTopic,
    "correlation-data": correlationData === undefined
      ? undefined
      : byteText.textOf(correlationData) ?? byteText.hex(correlationData),
    "payload-format-indicator": properties.payloadFormatIndicator,
    "message-expiry-interval": properties.messageExpiryInterval
  }
  return Object.values(named).every((value) => value === undefined) ? undefined : named
}

const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")

const head = ({ at, message }: Arrival) => ({
  tst: clockText.isoMicros(at),
  topic: message.topic,
  qos: message.qos,
  retain: message.retain ? 1 : 0,
  payloadlen: message.payload.length,
  properties: toProperties(message)
})

const indentOf = (isPretty: boolean) => isPretty ? 2 : undefined

/** With the payload as text; one that is not UTF-8 is in `payloadBase64`, an empty one is `null`. */
export const quoted = (arrival: Arrival, isPretty: boolean): string => {
  const { payload } = arrival.message
  const text = byteText.textOf(payload)
  return JSON.stringify(
    {
      ...head(arrival),
      ...(text === undefined ? { payloadBase64: toBase64(payload) } : { payload: payload.length === 0 ? null : text })
    },
    undefined,
    indentOf(isPretty)
  )
}

/** With the payload as the JSON that it is; nothing if it is not JSON. */
export const embedded = (arrival: Arrival, isPretty: boolean): string | undefined => {
  const { payload } = arrival.message
  const text = payload.length === 0 ? "null" : byteText.textOf(payload)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return JSON.stringify({ ...head(arrival), payload: value }, undefined, indentOf(isPretty))
  } catch {
    return undefined
  }
}
