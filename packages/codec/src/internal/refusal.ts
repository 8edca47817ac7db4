import * as CodecError from "../CodecError.ts"
import type { PacketType } from "../Packet.ts"
import type { ProtocolVersion } from "../ProtocolVersion.ts"

/** Where a packet is being read or written: what a refusal has to name. */
export interface Place {
  readonly version: ProtocolVersion
  readonly type: PacketType | undefined
  /** Bytes from the first byte of the packet. */
  readonly offset: number
}

/** The one thing thrown inside the codec. The boundary turns it into a typed error, and nothing else. */
export class Refusal extends Error {
  readonly error: CodecError.CodecError
  constructor(error: CodecError.CodecError) {
    super()
    this.error = error
  }
}

const details = (place: Place, reasonCode: number, detail: string, section5: string, section4: string) => ({
  detail,
  specSection: place.version === 5 ? section5 : section4,
  reasonCode,
  offset: place.offset,
  packetType: place.type,
  version: place.version
})

/** Bytes that do not parse. Sections are those of 5.0 and, where it differs, of 3.1.1. */
export const malformed = (place: Place, detail: string, section5: string, section4: string = section5): Refusal =>
  new Refusal(new CodecError.MalformedPacket(details(place, 0x81, detail, section5, section4)))

/** A packet that parses and breaks a rule, with the reason code of MQTT 5.0 that says which. */
export const violation = (
  place: Place,
  reasonCode: number,
  detail: string,
  section5: string,
  section4: string = section5
): Refusal => new Refusal(new CodecError.ProtocolViolation(details(place, reasonCode, detail, section5, section4)))

/** A packet above a limit. */
export const tooLarge = (place: Place, sizeBytes: number, maxBytes: number): Refusal =>
  new Refusal(
    new CodecError.PacketTooLarge({
      ...details(place, 0x95, `${sizeBytes} bytes exceed the maximum of ${maxBytes}`, "3.1.2.11.4", "2.2.3"),
      sizeBytes,
      maxBytes
    })
  )
