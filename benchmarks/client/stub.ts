/**
 * The server of the benchmark, in a process of its own: accepts everybody, counts, and answers from bytes that were built
 * before, so that the clients are the limit. It tells its parent the port, and a tally when asked.
 */
import { createServer, type Socket } from "node:net"
import { type Tally, topics, type Wish } from "./job.ts"
import { RawEndpoint } from "./rawEndpoint.ts"

const endpoints = new Set<RawEndpoint>()
let cpu = process.cpuUsage()

/** State of the session that is cut and resumed. */
const resume = { wanted: 0, links: 0, startedAt: 0, millis: 0, resent: 0, withDup: 0, inOrder: true, firstIds: [0] }

const textAt = (bytes: Buffer, at: number): string => bytes.toString("utf8", at + 2, at + 2 + bytes.readUInt16BE(at))

/** The client identifier "resume-N" asks for a cut after N messages. */
const onConnect = (endpoint: RawEndpoint, socket: Socket, bytes: Buffer, start: number) => {
  endpoint.version = bytes[start + 6] === 5 ? 5 : 4
  const behindKeepAlive = start + 10
  // All properties of these clients take less than 128 bytes.
  const clientId = textAt(bytes, behindKeepAlive + (endpoint.version === 5 ? 1 + bytes[behindKeepAlive] : 0))
  const isResume = clientId.startsWith("resume-")
  const present = isResume && resume.links > 0
  if (isResume) {
    if (present) onResumed(endpoint)
    else onFirst(endpoint, socket, Number(clientId.slice("resume-".length)))
  }
  socket.write(Buffer.from([0x20, endpoint.version === 5 ? 3 : 2, present ? 1 : 0, 0, 0].slice(0, endpoint.version)))
}

const onFirst = (endpoint: RawEndpoint, socket: Socket, wanted: number) => {
  Object.assign(resume, { wanted, links: 1, millis: 0, resent: 0, withDup: 0, inOrder: true, firstIds: [] })
  endpoint.acknowledges = false
  endpoint.onPublish = (_, id) => {
    resume.firstIds.push(id)
    if (resume.firstIds.length === wanted) setTimeout(() => socket.destroy(), 50)
  }
}

const onResumed = (endpoint: RawEndpoint) => {
  resume.startedAt = performance.now()
  endpoint.onPublish = (firstByte, id) => {
    if (resume.resent === resume.wanted) return
    if (id !== resume.firstIds[resume.resent]) resume.inOrder = false
    if ((firstByte & 0x08) !== 0) resume.withDup++
    if (++resume.resent < resume.wanted) return
    resume.millis = performance.now() - resume.startedAt
    resume.links = 0
  }
}

/** The subscription identifier of a SUBSCRIBE, as the property that a PUBLISH carries; the first filter decides. */
const onSubscribe = (endpoint: RawEndpoint, socket: Socket, bytes: Buffer, start: number, end: number) => {
  const propertyBytes = endpoint.version === 5 ? bytes[start + 2] : 0
  const properties = [...bytes.subarray(start + 3, start + 3 + propertyBytes)]
  let filters = 0
  for (let at = start + (endpoint.version === 5 ? 3 + propertyBytes : 2); at < end; filters++) {
    at += 3 + bytes.readUInt16BE(at)
  }
  const head = [0x90, 2 + (endpoint.version === 5 ? 1 : 0) + filters, bytes[start], bytes[start + 1]]
  socket.write(
    Buffer.from([...head, ...(endpoint.version === 5 ? [0] : []), ...Array.from({ length: filters }, () => 2)])
  )
  return properties
}

const server = createServer((socket) => {
  let properties: ReadonlyArray<number> = []
  const endpoint = new RawEndpoint(socket, {
    onPacket: (type, bytes, start, end) => {
      if (type === 1) onConnect(endpoint, socket, bytes, start)
      else if (type === 8) properties = onSubscribe(endpoint, socket, bytes, start, end)
      else if (type === 10) {
        const codes = endpoint.version === 5 ? [0, 0] : []
        socket.write(Buffer.from([0xb0, 2 + codes.length, bytes[start], bytes[start + 1], ...codes]))
      } else if (type === 12) socket.write(Buffer.from([0xd0, 0]))
    },
    onWish: (payload) => {
      const wish: Wish = JSON.parse(payload.toString())
      void endpoint.send(wish, topics, endpoint.version === 5 ? properties : undefined)
    }
  })
  endpoints.add(endpoint)
  socket.on("error", () => {})
})

const tally = (): Tally => {
  const { system, user } = process.cpuUsage(cpu)
  cpu = process.cpuUsage()
  let published = 0
  let delivered = 0
  for (const endpoint of endpoints) {
    published += endpoint.received
    delivered += endpoint.finished
  }
  endpoints.clear()
  const { inOrder, millis, resent, withDup } = resume
  return {
    published,
    delivered,
    cpuMicros: system + user,
    resumeMillis: millis,
    resent,
    resentWithDup: withDup,
    inOrder
  }
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 })
})
process.on("message", () => process.send?.(tally()))
process.on("disconnect", () => process.exit())
