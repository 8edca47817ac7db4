import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"
import * as PacketSchema from "@effect-mqtt/codec/PacketSchema"
import { Arbitrary, FastCheck as fc } from "effect"

const packet4: fc.Arbitrary<Packet.Packet> = Arbitrary.make(PacketSchema.Packet[4])
const packet5: fc.Arbitrary<Packet.Packet> = Arbitrary.make(PacketSchema.Packet[5])

/** Any packet that a version allows, as the schemas describe it: optional fields come absent, undefined and set. */
export const packet = (version: ProtocolVersion.ProtocolVersion): fc.Arbitrary<Packet.Packet> =>
  version === 4 ? packet4 : packet5

/** Cuts bytes at random places. */
export const cuts = (bytes: Uint8Array): fc.Arbitrary<ReadonlyArray<Uint8Array>> =>
  fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }).map((places) => {
    const sorted = [0, ...places.sort((a, b) => a - b), bytes.length]
    return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end))
  })
