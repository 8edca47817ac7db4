/**
 * A consumer that is slow at first, and a server that sends as fast as it is let: a million QoS 1
 * messages, and between them QoS 0 messages to a second stream that is just as slow. Shows that memory stays
 * flat, that the keep-alive goes on, that nothing is lost, and that the order holds.
 *
 *     node --import tsx --conditions=@effect-mqtt/source benchmarks/client/slowConsumer.ts [messages] [slow seconds]
 */
import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { MqttClient } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { Console, Duration, Effect, Either, Stream } from "effect"
import { once } from "node:events"
import { createServer, type Socket } from "node:net"

const [messages = 1_000_000, slowSeconds = 10] = process.argv.slice(2).map(Number)
const receiveMaximum = 64
const payloadBytes = 64
const keepAliveSeconds = 3

interface Seen {
  pings: number
  acknowledged: number
  outOfOrder: number
  paused: number
  sentQos0: number
}

/** Sends QoS 1 messages in a window, and QoS 0 messages whenever the socket takes them. */
const serve = (socket: Socket, seen: Seen): void => {
  const decoder = Decoder.make({ role: "server" })
  const write = (packet: Packet.Packet) => socket.write(Either.getOrThrow(Encoder.encode(packet, 5)))
  const payload = new Uint8Array(payloadBytes)
  const view = new DataView(payload.buffer)
  let sent = 0
  let nextAcknowledged = 0
  let canWrite = true
  let isOpen = false
  let opened = 0
  socket.on("drain", () => {
    canWrite = true
    pump()
  })
  const publish = (topic: string, qos: 0 | 1, identifier: number, number: number) => {
    view.setUint32(0, number)
    canWrite = write(Packet.publish({
      topic,
      payload,
      qos,
      ...(qos === 1 ? { packetId: (number % 65_535) + 1 } : {}),
      properties: { subscriptionIdentifiers: [identifier] }
    }))
    if (!canWrite) seen.paused++
  }
  const pump = () => {
    if (!isOpen) return
    while (canWrite && sent < messages && sent - seen.acknowledged < receiveMaximum) {
      publish("work", 1, 1, sent++)
      if (sent % 2 === 0) publish("gauge", 0, 2, seen.sentQos0++)
    }
    // The window is used up: while the client is slow, what has no window goes on until the socket is full.
    if (sent >= messages || performance.now() - opened > slowSeconds * 1000) return
    for (let count = 0; canWrite && count < 100; count++) publish("gauge", 0, 2, seen.sentQos0++)
    if (canWrite) setImmediate(pump)
  }
  const handle = (packet: Packet.Packet) => {
    switch (packet._tag) {
      case "Connect":
        return write(Packet.connAck({ properties: {} }))
      case "Subscribe":
        write(Packet.subAck({ packetId: packet.packetId, reasonCodes: [packet.subscriptions[0]?.qos ?? 0] }))
        if (packet.subscriptions[0]?.filter !== "gauge") return
        isOpen = true
        opened = performance.now()
        return pump()
      case "Unsubscribe":
        return write(Packet.unsubAck({ packetId: packet.packetId, reasonCodes: [0] }))
      case "PingReq":
        seen.pings++
        return write(Packet.pingResp)
      case "PubAck":
        if (packet.packetId !== (nextAcknowledged++ % 65_535) + 1) seen.outOfOrder++
        seen.acknowledged++
        return
      default:
        return
    }
  }
  socket.on("data", (bytes: Uint8Array) => {
    for (const packet of decoder.push(bytes).packets) handle(packet)
    pump()
  })
  socket.on("error", () => socket.destroy())
}

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)

const program = Effect.gen(function*() {
  const seen: Seen = { pings: 0, acknowledged: 0, outOfOrder: 0, paused: 0, sentQos0: 0 }
  const server = createServer((socket) => serve(socket, seen)).listen(0, "127.0.0.1")
  yield* Effect.promise(() => once(server, "listening"))
  yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const client = yield* MqttClient.make({
    url: `mqtt://127.0.0.1:${port}`,
    keepAlive: Duration.seconds(keepAliveSeconds),
    receiveMaximum
  })
  const started = performance.now()
  const isSlow = () => performance.now() - started < slowSeconds * 1000
  const pace = Effect.suspend(() => isSlow() ? Effect.sleep("1 millis") : Effect.void)
  const memory: Array<number> = []
  yield* Effect.sync(() => memory.push(process.memoryUsage().rss)).pipe(
    Effect.delay("500 millis"),
    Effect.forever,
    Effect.forkScoped
  )
  let received = 0
  let disordered = 0
  let gauges = 0
  const work = client.subscribe("work", { qos: 1 }).pipe(
    Stream.mapEffect((message) => Effect.as(pace, message)),
    Stream.take(messages),
    Stream.runForEachChunk((chunk) =>
      Effect.sync(() => {
        for (const { payload } of chunk) {
          if (new DataView(payload.buffer, payload.byteOffset).getUint32(0) !== received++) disordered++
        }
      })
    )
  )
  const watched = client.subscribe("gauge").pipe(
    Stream.runForEach(() => Effect.zipRight(Effect.sync(() => gauges++), pace))
  )
  yield* Effect.raceFirst(work, watched)
  const seconds = (performance.now() - started) / 1000
  const status = yield* client.status.get
  const epochs = status._tag === "Connected" ? status.epoch : 0
  yield* Effect.sleep("200 millis")
  const slow = memory.slice(2, Math.max(3, slowSeconds * 2)).map(megabytes)
  yield* Console.log([
    `QoS 1: ${received} of ${messages} received in ${seconds.toFixed(1)} s, ${disordered} out of order`,
    `       ${seen.acknowledged} acknowledged, ${seen.outOfOrder} acknowledgements out of order`,
    `QoS 0: ${gauges} received of ${seen.sentQos0} that the server could hand to its socket`,
    `links: ${epochs}, pings while the server was held back: ${seen.pings}, writes that had to wait: ${seen.paused}`,
    `resident memory while slow: ${Math.min(...slow)} to ${Math.max(...slow)} MiB; at most ${
      megabytes(Math.max(...memory))
    } MiB`
  ].join("\n"))
  const isGood = received === messages && disordered === 0 && seen.outOfOrder === 0 && epochs === 1 &&
    seen.acknowledged === messages
  yield* Effect.sync(() => process.exitCode = isGood ? 0 : 1)
}).pipe(Effect.scoped, Effect.provide(NodeTransport.layer))

await Effect.runPromise(program)
