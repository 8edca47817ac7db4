import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import * as Net from "node:net"
import * as FaultyLink from "../brokers/faultyLink.ts"

const listening = (serve: (socket: Net.Socket) => void): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = Net.createServer(serve).listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(Effect.map((server) => {
    const address = server.address()
    return `mqtt://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  }))

const connect = (url: string): Effect.Effect<Net.Socket, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => Net.connect({ host: "127.0.0.1", port: Number(new URL(url).port) })),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Everything that comes until so many bytes are there, or the peer ends. */
const received = (socket: Net.Socket, count: number) =>
  Effect.async<Buffer>((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    const end = () => resume(Effect.succeed(Buffer.concat(chunks)))
    socket.on("data", (chunk) => {
      chunks.push(chunk)
      length += chunk.length
      if (length >= count) end()
    })
    socket.on("end", end)
  })

describe("a faulty link", () => {
  it.scopedLive("delays bytes, but keeps their order in both directions", () =>
    Effect.gen(function*() {
      const link = yield* FaultyLink.make(yield* listening((socket) => socket.pipe(socket)))
      yield* link.trickle(true)
      const socket = yield* connect(link.url)
      const chunks = Array.from({ length: 30 }, (_, index) => randomBytes(40 + index * 400))
      const echoed = yield* Effect.fork(received(socket, Buffer.concat(chunks).length))
      for (const chunk of chunks) {
        socket.write(chunk)
        yield* Effect.sleep("3 millis")
      }
      yield* link.trickle(false)
      assert.isTrue(Buffer.concat(chunks).equals(yield* echoed))
    }))

  it.scopedLive("is torn after so many bytes", () =>
    Effect.gen(function*() {
      const arrived: Array<Buffer> = []
      const link = yield* FaultyLink.make(
        yield* listening((socket) => {
          socket.write("hello")
          socket.on("data", (chunk) => arrived.push(chunk))
        })
      )
      const socket = yield* connect(link.url)
      assert.strictEqual((yield* received(socket, 5)).toString(), "hello")
      const torn = yield* Effect.fork(link.tear(7))
      yield* Effect.yieldNow()
      socket.write("0123456789")
      yield* torn
      yield* Effect.repeat(Effect.sleep("2 millis"), { until: () => Buffer.concat(arrived).length > 0, times: 500 })
      assert.strictEqual(Buffer.concat(arrived).toString(), "0123456")
    }))
})
