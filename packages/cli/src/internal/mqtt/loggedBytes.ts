/** `-dd`: what goes over the wire, in the log of the command, but for what holds secrets. */
import * as Transport from "@effect-mqtt/connection/Transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as byteText from "../command/byteText.ts"

const connect = 1
const auth = 15

/** A write is of whole packets: their fixed headers say where the next one begins [5 §2.1]. */
const holdsSecrets = (packets: Uint8Array): boolean => {
  let at = 0
  while (at < packets.length) {
    const type = (packets[at++] ?? 0) >> 4
    if (type === connect || type === auth) return true
    let length = 0
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = packets[at++] ?? 0
      length |= (byte & 0x7f) << shift
    }
    at += length
  }
  return false
}

const log = (direction: "sent" | "received", bytes: Uint8Array) =>
  Effect.annotateLogs(Effect.logTrace(`${bytes.length} bytes ${direction}`), {
    bytes: direction === "sent" && holdsSecrets(bytes) ? "not shown: credentials" : byteText.hex(bytes)
  })

/** The same transport, whose wires log. */
export const layer = Layer.effect(
  Transport.Transport,
  Effect.map(Transport.Transport, ({ open }) => ({
    open: (endpoint) =>
      Effect.map(open(endpoint), (wire) => ({
        ...wire,
        read: Effect.tap(wire.read, (bytes) => log("received", bytes)),
        write: (pieces) => Effect.zipRight(log("sent", byteText.concat(pieces)), wire.write(pieces))
      }))
  }))
)
