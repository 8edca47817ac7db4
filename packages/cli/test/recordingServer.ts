/** A server that takes everything, and keeps the packets that came. */
import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { Effect, Either } from "effect"
import { once } from "node:events"
import { createServer, type Socket } from "node:net"

const answerTo = (packet: Packet.Packet): Packet.Packet | undefined => {
  switch (packet._tag) {
    case "Connect":
      return Packet.connAck({})
    case "Subscribe":
      return { _tag: "SubAck", packetId: packet.packetId, reasonCodes: packet.subscriptions.map(() => 0) }
    default:
      return undefined
  }
}

const serve = (packets: Array<Packet.Packet>) => (socket: Socket) => {
  const decoder = Decoder.make({ role: "server" })
  socket.on("error", () => {})
  socket.on("data", (chunk) => {
    for (const packet of decoder.push(chunk).packets) {
      packets.push(packet)
      const answer = answerTo(packet)
      if (answer !== undefined) socket.write(Either.getOrThrow(Encoder.encode(answer, 5)))
    }
  })
}

/** On a free port, and the words that lead to it. */
export const recordingServer = Effect.gen(function*() {
  const packets: Array<Packet.Packet> = []
  const server = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const listening = createServer(serve(packets)).listen(0, "127.0.0.1")
      await once(listening, "listening")
      return listening
    }),
    (listening) => Effect.sync(() => listening.close())
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { packets, port, at: ["-h", "127.0.0.1", "-p", `${port}`] }
})
