import type { CodecError } from "../../CodecError.ts"
import type { Packet, Publish } from "../../Packet.ts"
import type { ProtocolVersion } from "../../ProtocolVersion.ts"
import { Refusal } from "../refusal.ts"
import { writeAuth, writePublishAck, writeReason, writeSubAck, writeUnsubAck } from "./acks.ts"
import { writeConnAck, writeConnect } from "./connect.ts"
import type { OutputBuffer } from "./outputBuffer.ts"
import { writePlainPublish } from "./plainPublish.ts"
import { writePublish } from "./publish.ts"
import { writeSubscribe, writeUnsubscribe } from "./subscribe.ts"

/** Writes the body of anything but PUBLISH; returns the first byte, which has the type and fixed flags (section 2.1). */
const writeBody = (output: OutputBuffer, packet: Exclude<Packet, Publish>): number => {
  switch (packet._tag) {
    case "PubAck":
      writePublishAck(output, packet)
      return 0x40
    case "PubRec":
      writePublishAck(output, packet)
      return 0x50
    case "PubRel":
      writePublishAck(output, packet)
      return 0x62
    case "PubComp":
      writePublishAck(output, packet)
      return 0x70
    case "PingReq":
      return 0xc0
    case "PingResp":
      return 0xd0
    case "Connect":
      writeConnect(output, packet)
      return 0x10
    case "ConnAck":
      writeConnAck(output, packet)
      return 0x20
    case "Subscribe":
      writeSubscribe(output, packet)
      return 0x82
    case "SubAck":
      writeSubAck(output, packet)
      return 0x90
    case "Unsubscribe":
      writeUnsubscribe(output, packet)
      return 0xa2
    case "UnsubAck":
      writeUnsubAck(output, packet)
      return 0xb0
    case "Disconnect":
      writeReason(output, packet)
      return 0xe0
    case "Auth":
      writeAuth(output, packet)
      return 0xf0
  }
}

/** Writes one packet, or nothing at all and says why. */
export const writePacket = (
  output: OutputBuffer,
  packet: Packet,
  version: ProtocolVersion,
  maxPacketBytes: number
): CodecError | undefined => {
  output.open(packet._tag, version)
  if (packet._tag === "Publish" && writePlainPublish(output, packet, maxPacketBytes)) return undefined
  try {
    if (packet._tag === "Publish") writePublish(output, packet, maxPacketBytes)
    else {
      output.begin(0)
      output.end(writeBody(output, packet), 0, maxPacketBytes)
    }
    return undefined
  } catch (cause) {
    output.abandon()
    if (!(cause instanceof Refusal)) throw cause
    return cause.error
  }
}
