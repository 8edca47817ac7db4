/** How a publish ends, and the packet that it leaves in. */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Either from "effect/Either"
import type { PublishResult } from "../../../Message.ts"
import { PublishError } from "../../../MqttError.ts"
import type { Outgoing } from "./publication.ts"

export type Outcome = Either.Either<PublishResult, PublishError>

export const succeeded: Outcome = Either.right<PublishResult>({ reasonCode: 0 })

/** The server has taken the message. */
export const accepted = (reasonCode: number): Outcome => reasonCode === 0 ? succeeded : Either.right({ reasonCode })

export const failure = ({ topic }: Outgoing, reason: PublishError["reason"], cause?: unknown): Outcome =>
  Either.left(new PublishError({ reason, topic, cause }))

export const unsendable = (message: Outgoing, problem: CodecError.CodecError): Outcome =>
  failure(message, problem._tag === "PacketTooLarge" ? "PacketTooLarge" : "InvalidMessage", problem)

/** Written out, since a spread costs more than the encoding. The fields are in the order of the decoder's. */
export const toPacket = (
  { payload, properties, qos, retain, topic }: Outgoing,
  packetId: number,
  dup: boolean
): Packet.Publish => {
  if (properties === undefined) {
    return packetId === 0
      ? { _tag: "Publish", dup, qos, retain, topic, payload }
      : { _tag: "Publish", dup, qos, retain, topic, packetId, payload }
  }
  return packetId === 0
    ? { _tag: "Publish", dup, qos, retain, topic, payload, properties }
    : { _tag: "Publish", dup, qos, retain, topic, packetId, payload, properties }
}

export const resultOf = (
  topic: string,
  { properties, reasonCode = 0 }: Packet.PubAck | Packet.PubRec
): Outcome => {
  if (reasonCode < 0x80) return accepted(reasonCode)
  const reasonString = properties?.reasonString
  return Either.left(new PublishError({ reason: "PublishRejected", topic, reasonCode, reasonString }))
}
