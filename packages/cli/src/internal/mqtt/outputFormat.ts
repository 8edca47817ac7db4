/** The `-F` of mosquitto_sub: what is written for a message. */
import * as Either from "effect/Either"
import * as byteText from "../command/byteText.ts"
import type { CommandError } from "../command/commandError.ts"
import * as clockText from "./clockText.ts"
import type { Arrival } from "./messageJson.ts"
import * as json from "./messageJson.ts"
import { usage } from "./mqttFailure.ts"

/** The bytes for a message; nothing if its payload is not what the format needs. */
export type OutputFormat = (arrival: Arrival) => Uint8Array | undefined

const text = (read: (arrival: Arrival) => string | number | undefined): OutputFormat => (arrival) =>
  byteText.utf8(String(read(arrival) ?? ""))

const letters = (isPretty: boolean): Readonly<Record<string, OutputFormat>> => ({
  "%": text(() => "%"),
  A: text(({ message }) => message.properties?.topicAlias),
  C: text(({ message }) => message.properties?.contentType),
  D: ({ message }) => message.properties?.correlationData ?? new Uint8Array(),
  E: text(({ message }) => message.properties?.messageExpiryInterval),
  F: text(({ message }) => message.properties?.payloadFormatIndicator),
  I: text(({ at }) => clockText.iso(at)),
  j: text((arrival) => json.quoted(arrival, isPretty)),
  J: (arrival) => {
    const found = json.embedded(arrival, isPretty)
    return found === undefined ? undefined : byteText.utf8(found)
  },
  l: text(({ message }) => message.payload.length),
  // The packet identifier is between the client and the broker.
  m: text(() => undefined),
  P: text(({ message }) => message.properties?.userProperties?.map((pair) => pair.join(":")).join(" ")),
  p: ({ message }) => message.payload,
  q: text(({ message }) => message.qos),
  R: text(({ message }) => message.properties?.responseTopic),
  r: text(({ message }) => message.retain ? 1 : 0),
  S: text(({ message }) => message.properties?.subscriptionIdentifiers?.[0]),
  t: text(({ message }) => message.topic),
  U: text(({ at }) => clockText.unix(at)),
  x: text(({ message }) => byteText.hex(message.payload)),
  X: text(({ message }) => byteText.hex(message.payload).toUpperCase())
})

/** Whose value is padded with noughts by the flag `0`. */
const numeric = "AEFlmSxX"
/** Whose value is cut to a maximum width. */
const cut = "CIRt"

const fitted = (
  letter: string,
  value: OutputFormat,
  { flags, most, width }: { readonly flags: string; readonly width: number; readonly most: number | undefined }
): OutputFormat =>
(arrival) => {
  const whole = value(arrival)
  if (whole === undefined) return undefined
  const bytes = most !== undefined && cut.includes(letter) ? whole.subarray(0, most) : whole
  const missing = width - bytes.length
  if (missing <= 0) return bytes
  const isLeft = flags.includes("-")
  const filler = byteText.utf8((!isLeft && flags.includes("0") && numeric.includes(letter) ? "0" : " ").repeat(missing))
  return byteText.concat(isLeft ? [bytes, filler] : [filler, bytes])
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "0": "\0",
  a: "\x07",
  e: "\x1b",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v"
}

const piece = /%([-0]*)(\d*)(?:\.(\d+))?([\s\S])|@([\s\S])|\\([\s\S])|([^%@\\]+)|([\s\S])/g
const widest = 10_000

/** Reads a format string. */
export const parse = (format: string, isPretty: boolean): Either.Either<OutputFormat, CommandError> =>
  Either.gen(function*() {
    const known = letters(isPretty)
    const parts: Array<OutputFormat> = []
    for (const [all, flags, width, most, letter, time, escape, plain] of format.matchAll(piece)) {
      if (plain !== undefined) parts.push(text(() => plain))
      else if (letter !== undefined && Object.hasOwn(known, letter) && Number(width) <= widest) {
        parts.push(
          fitted(letter, known[letter], {
            flags,
            width: Number(width),
            most: most === undefined ? undefined : Number(most)
          })
        )
      } else if (escape !== undefined && Object.hasOwn(escapes, escape)) parts.push(text(() => escapes[escape]))
      else {
        const clock = time === undefined ? undefined : clockText.specifier(time)
        if (clock === undefined) {
          return yield* Either.left(
            usage(`The format has "${all}", which stands for nothing`, "A percent sign itself is %%.")
          )
        }
        parts.push(text(({ at }) => clock(at)))
      }
    }
    return (arrival: Arrival) => {
      const written: Array<Uint8Array> = []
      for (const part of parts) {
        const bytes = part(arrival)
        if (bytes === undefined) return undefined
        written.push(bytes)
      }
      return byteText.concat(written)
    }
  })

/** Like mosquitto_sub, an empty payload leaves no trace here. */
export const payload: OutputFormat = ({ message }) => message.payload.length === 0 ? undefined : message.payload

export const topicAndPayload: OutputFormat = ({ message }) =>
  message.payload.length === 0
    ? byteText.utf8(`${message.topic} (null)`)
    : byteText.concat([byteText.utf8(`${message.topic} `), message.payload])

export const jsonLine = (isPretty: boolean): OutputFormat => text((arrival) => json.quoted(arrival, isPretty))
