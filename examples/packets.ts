/**
 * The codec alone: bytes to packets and back, with no connection. Run it with
 * `pnpm tsx examples/packets.ts`.
 */
import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { Either } from "effect"

const connect = Packet.connect({ clientId: "meter", keepAlive: 30 })
const publish = Packet.publish({ topic: "house/power", payload: new TextEncoder().encode("42 W"), qos: 1, packetId: 7 })

const bytes = Either.getOrThrow(Either.all([connect, publish].map((packet) => Encoder.encode(packet, 5))))
  .flatMap((packet) => [...packet])

// However the bytes are cut, the packets are the same: here one byte at a time.
const decoder = Decoder.make({ role: "server" })
for (const byte of bytes) {
  const { error, packets } = decoder.push(Uint8Array.of(byte))
  for (const packet of packets) console.log(packet)
  if (error !== undefined) console.error(error.message)
}

// What cannot be sent is refused with the reason and the section of the specification.
const refused = Encoder.encode(Packet.publish({ topic: "house/+", payload: new Uint8Array(0) }), 5)
if (Either.isLeft(refused)) console.log(refused.left.message)
