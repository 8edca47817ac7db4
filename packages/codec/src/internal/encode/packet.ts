import type { CodecError } from "../../CodecError.ts"
import type { Packet } from "../../Packet.ts"
import type { ProtocolVersion } from "../../ProtocolVersion.ts"
import { Refusal } from "../refusal.ts"
import { writeAuth, writeDisconnect, writePublishAck, writeSubAck, writeUnsubAck } from "./acks.ts"
import { writeConnAck, writeConnect } from "./connect.ts"
import type { OutputBuffer } from "./outputBuffer.ts"
import { writePublish } from "./publish.ts"
import { writeSubscribe, writeUnsubscribe } from "./subscribe.ts"

/** The first byte: type in the high four bits, flags in the low ones (section 2.1). */
const firstByte = (packet: Packet): number => {
  switch (packet._tag) {
    case "Publish":
      return 0x30 | (packet.dup ? 0x08 : 0) | packet.qos << 1 | (packet.retain ? 0x01 : 0)
    case "PubAck":
      return 0x40
    case "PubRec":
      return 0x50
    case "PubRel":
      return 0x62
    case "PubComp":
      return 0x70
    case "PingReq":
      return 0xc0
    case "PingResp":
      return 0xd0
    case "Connect":
      return 0x10
    case "ConnAck":
      return 0x20
    case "Subscribe":
      return 0x82
    case "SubAck":
      return 0x90
    case "Unsubscribe":
      return 0xa2
    case "UnsubAck":
      return 0xb0
    case "Disconnect":
      return 0xe0
    case "Auth":
      return 0xf0
  }
}

/** Writes the body; returns the bytes of a payload that is to follow as a piece of its own. */
const writeBody = (output: OutputBuffer, packet: Packet): number => {
  switch (packet._tag) {
    case "Publish":
      return writePublish(output, packet)
    case "PubAck":
    case "PubRec":
    case "PubRel":
    case "PubComp":
      writePublishAck(output, packet)
      return 0
    case "PingReq":
    case "PingResp":
      return 0
    case "Connect":
      writeConnect(output, packet)
      return 0
    case "ConnAck":
      writeConnAck(output, packet)
      return 0
    case "Subscribe":
      writeSubscribe(output, packet)
      return 0
    case "SubAck":
      writeSubAck(output, packet)
      return 0
    case "Unsubscribe":
      writeUnsubscribe(output, packet)
      return 0
    case "UnsubAck":
      writeUnsubAck(output, packet)
      return 0
    case "Disconnect":
      writeDisconnect(output, packet)
      return 0
    case "Auth":
      writeAuth(output, packet)
      return 0
  }
}

/** A guess at the size of the body, right for an ASCII topic without properties: it saves moving the body. */
const guessBody = (output: OutputBuffer, packet: Packet, version: ProtocolVersion): number => {
  if (packet._tag !== "Publish") return 0
  const payloadBytes = packet.payload.length
  return packet.topic.length + (packet.qos === 0 ? 2 : 4) + (version === 5 ? 1 : 0) +
    (payloadBytes < output.largePayloadBytes ? payloadBytes : 0)
}

/** Writes one packet, or nothing at all and says why. */
export const writePacket = (
  output: OutputBuffer,
  packet: Packet,
  version: ProtocolVersion,
  maxPacketBytes: number
): CodecError | undefined => {
  output.begin(packet._tag, version, guessBody(output, packet, version))
  try {
    const apart = writeBody(output, packet)
    output.end(firstByte(packet), apart, maxPacketBytes)
    if (apart > 0 && packet._tag === "Publish") output.append(packet.payload)
    return undefined
  } catch (cause) {
    output.abandon()
    if (!(cause instanceof Refusal)) throw cause
    return cause.error
  }
}
