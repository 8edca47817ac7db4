/**
 * The reference: a socket, bytes that were built before, and no client. Shows that the stub is not the limit. With the job
 * "spread" it is the publisher behind Mosquitto instead, for as long as its parent wants it.
 */
import { connect } from "node:net"
import { finish, job, measure, measureRoundTrips, payload } from "./contestant.ts"
import { dataFilter, type Report, sendTopic, spreadTopics, topics, type Wish } from "./job.ts"
import { RawEndpoint } from "./rawEndpoint.ts"

const text = (value: string): ReadonlyArray<number> => [value.length >> 8, value.length & 0xff, ...Buffer.from(value)]

const packet = (firstByte: number, body: ReadonlyArray<number>): Buffer =>
  Buffer.from([firstByte, body.length, ...body])

const socket = connect({ host: "127.0.0.1", port: job.port })
let onAnswer: () => void = () => {}
const endpoint = new RawEndpoint(socket, {
  onPacket: () => onAnswer(),
  onWish: (payload) => {
    const wish: Wish = JSON.parse(payload.toString())
    void endpoint.send(wish, spreadTopics)
  }
})

const request = (bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    onAnswer = resolve
    socket.write(bytes)
  })

const subscribe = (filter: string): Promise<void> =>
  request(packet(0x82, [0, 1, ...text(filter), filter === sendTopic ? 1 : job.qos]))

const publish = (count: number): Promise<void> => endpoint.send({ count, qos: job.qos, inFlight: job.inFlight }, topics)

const receive = async (count: number): Promise<void> => {
  const wanted = endpoint.received + count
  const wish: Wish = { count, qos: job.qos, inFlight: job.inFlight }
  socket.write(packet(0x32, [...text(sendTopic), 0, 1, ...Buffer.from(JSON.stringify(wish))]))
  while (endpoint.received < wanted) await new Promise((resolve) => socket.once("data", resolve))
}

const flow = (): Promise<Report> => {
  const work = job.kind === "publish" ? publish : receive
  return measure(async (count) => {
    await work(count)
    // The answer to a ping comes behind all that was sent before.
    await request(packet(0xc0, []))
  })
}

/** Each message comes back to this socket. */
const roundTrips = (): Promise<Report> => {
  let lastId = 0
  return measureRoundTrips(() =>
    new Promise((resolve) => {
      endpoint.onPublish = () => resolve()
      lastId = lastId === 65_535 ? 1 : lastId + 1
      socket.write(packet(0x30 | job.qos << 1, [...text("echo"), lastId >> 8, lastId & 0xff, ...payload]))
    })
  )
}

// Without a keep-alive: as a publisher it says nothing while others are measured.
await request(packet(0x10, [...text("MQTT"), 4, 2, 0, 0, ...text(`raw-${process.pid}`)]))
if (job.kind === "spread") {
  await subscribe(sendTopic)
  process.send?.({})
} else {
  await subscribe(job.kind === "roundTrip" ? "echo" : dataFilter)
  finish(await (job.kind === "roundTrip" ? roundTrips() : flow()))
}
