import type { Packet } from "@effect-mqtt/codec"

/** A packet of the shared vectors: JSON in field names that belong to no library. */
export type Neutral = Readonly<Record<string, unknown>>

const tags = [
  "Connect",
  "ConnAck",
  "Publish",
  "PubAck",
  "PubRec",
  "PubRel",
  "PubComp",
  "Subscribe",
  "SubAck",
  "Unsubscribe",
  "UnsubAck",
  "PingReq",
  "PingResp",
  "Disconnect",
  "Auth"
] as const satisfies ReadonlyArray<Packet.PacketType>

const isObject = (value: unknown): value is Neutral =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"))

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const convertEntry = (name: string, value: unknown): readonly [string, unknown] => {
  if (name.endsWith("Hex")) return [name.slice(0, -3), fromHex(String(value))]
  if (name.endsWith("Repeat") && isObject(value)) {
    const count = Number(value["count"])
    const field = name.slice(0, -6)
    return typeof value["hex"] === "string"
      ? [field, fromHex(value["hex"].repeat(count))]
      : [field, String(value["text"]).repeat(count)]
  }
  return [name, isObject(value) ? convert(value) : value]
}

const convert = (value: Neutral): Neutral =>
  Object.fromEntries(Object.entries(value).map(([name, field]) => convertEntry(name, field)))

/** The vectors are data from outside, whose shape the equality checks of the tests themselves establish. */
export const toPacket = (neutral: Neutral): Packet.Packet => {
  const { type, ...fields } = neutral
  const tag = tags.find((name) => name.toLowerCase() === type)
  return { _tag: tag, ...convert(fields) } as unknown as Packet.Packet
}
