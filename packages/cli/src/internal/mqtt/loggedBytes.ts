/** `-dd`: what goes over the wire, in the log of the command. */
import * as Transport from "@effect-mqtt/connection/Transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as byteText from "../command/byteText.ts"

const log = (direction: "sent" | "received", bytes: Uint8Array) =>
  Effect.annotateLogs(Effect.logTrace(`${bytes.length} bytes ${direction}`), { bytes: byteText.hex(bytes) })

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
