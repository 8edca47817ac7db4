import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Effect from "effect/Effect"

/**
 * The same wire over WebSocket, with a message of its own for each packet. Several may share one [MQTT-6.0.0-2], but clients
 * exist that wait for their socket to become readable while a packet lies unread in the message that they have: Paho's in C
 * has missed what was retained behind its SUBACK.
 */
export const onePacketEach = (wire: Wire): Wire => ({
  ...wire,
  write: (pieces) => Effect.forEach(packetsOf(pieces), wire.write, { discard: true })
})

/** Each packet with its pieces. The bytes of a broken link may end anywhere. */
const packetsOf = (pieces: ReadonlyArray<Uint8Array>): ReadonlyArray<ReadonlyArray<Uint8Array>> => {
  const packets: Array<Array<Uint8Array>> = []
  let packet: Array<Uint8Array> = []
  /** Of the packet, beyond the pieces before. */
  let left = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      if (left === 0) {
        packet = []
        packets.push(packet)
        left = packetLength(piece, at)
      }
      const part = piece.subarray(at, at + left)
      packet.push(part)
      left -= part.length
      at += part.length
    }
  }
  return packets
}

/** Of the packet that begins there [5 §2.1.4]; an encoder keeps a fixed header in one piece. */
const packetLength = (piece: Uint8Array, start: number): number => {
  let remaining = 0
  for (let at = start + 1, unit = 1;; at++, unit *= 0x80) {
    const byte = piece[at] ?? 0
    remaining += (byte & 0x7f) * unit
    if (byte < 0x80) return at + 1 - start + remaining
  }
}
