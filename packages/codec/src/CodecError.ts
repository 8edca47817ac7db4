/**
 * Why bytes were not a packet, or a packet could not become bytes.
 *
 * @since 0.1.0
 */
import { TaggedError } from "./internal/taggedError.ts"
import type { PacketType } from "./Packet.ts"
import * as ProtocolVersion from "./ProtocolVersion.ts"

/**
 * What every codec error says.
 *
 * @since 0.1.0
 * @category models
 */
export interface Details {
  /** What is wrong, in words; holds no payload bytes and no credentials. */
  readonly detail: string
  /** Section of the specification of `version` that was broken, such as `"3.3.2.1"`. */
  readonly specSection: string
  /** The MQTT 5.0 reason code that reports it in DISCONNECT, or in CONNACK for a refused CONNECT. */
  readonly reasonCode: number
  /** Where it went wrong: bytes from the first byte of the packet. */
  readonly offset: number
  /** The type of the packet, where it could be read. */
  readonly packetType: PacketType | undefined
  /** The version whose rules were applied. */
  readonly version: ProtocolVersion.ProtocolVersion
}

const describe = (self: Details): string => {
  const packet = self.packetType === undefined ? "packet" : self.packetType.toUpperCase()
  return `${packet} refused at byte ${self.offset}: ${self.detail} (MQTT ${
    ProtocolVersion.toText(self.version)
  } section ${self.specSection})`
}

/**
 * Bytes that cannot be parsed as the specification demands (section 1.2, reason code 0x81).
 *
 * @since 0.1.0
 * @category errors
 */
export class MalformedPacket extends TaggedError("MalformedPacket")<Details> {
  override get message(): string {
    return describe(this)
  }
}

/**
 * A packet that parses but must not be sent like this. The reason code is 0x82 or a more specific one.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProtocolViolation extends TaggedError("ProtocolViolation")<Details> {
  override get message(): string {
    return describe(this)
  }
}

/**
 * A packet above the agreed maximum, or above what the format can hold (reason code 0x95).
 *
 * @since 0.1.0
 * @category errors
 */
export class PacketTooLarge extends TaggedError("PacketTooLarge")<
  Details & {
    /** Total size of the packet in bytes, fixed header included. */
    readonly sizeBytes: number
    /** The limit it broke, in bytes. */
    readonly maxBytes: number
  }
> {
  override get message(): string {
    return describe(this)
  }
}

/**
 * Every error of the codec.
 *
 * @since 0.1.0
 * @category errors
 */
export type CodecError = MalformedPacket | ProtocolViolation | PacketTooLarge
