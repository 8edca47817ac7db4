import { NodeTransport } from "@effect-mqtt/connection/node"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as DiscoveryBroadcast from "@effect-mqtt/roborock/DiscoveryBroadcast"
import * as LocalChannel from "@effect-mqtt/roborock/LocalChannel"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Dgram from "node:dgram"
import * as Net from "node:net"
import type { HomeNetwork } from "../../Ground.ts"
import { SimulatorError } from "../../SimulatorError.ts"

const loopback = "127.0.0.1"

const listening = (server: Net.Server, host: string) =>
  Effect.async<void, SimulatorError>((resume) => {
    const onError = (cause: unknown) => resume(new SimulatorError({ reason: "Listen", cause }))
    server.once("error", onError)
    server.listen({ host, port: LocalChannel.port }, () => {
      server.off("error", onError)
      // Failing to accept one connection is not the end of the others.
      server.on("error", () => {})
      resume(Effect.void)
    })
  })

const close = (server: Net.Server) =>
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
  })

const listen = (
  host: string,
  serve: (wire: Wire) => Effect.Effect<void>
): Effect.Effect<void, SimulatorError, Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* Effect.acquireRelease(Effect.sync(() => Net.createServer()), close)
    const connections = yield* FiberSet.make<void>()
    const run = yield* FiberSet.runtime(connections)()
    server.on("connection", (socket) => {
      run(Effect.interruptible(Effect.scoped(Effect.flatMap(NodeTransport.fromSocket(socket), serve))))
    })
    yield* listening(server, host)
  })

/** Whether a robot can have this address. */
const isFree = (host: string): Effect.Effect<boolean> =>
  Effect.isSuccess(Effect.scoped(listen(host, () => Effect.void)))

/** Other simulators of this machine take addresses, too: each process begins elsewhere in 127.64/10. */
const candidates = (host: string, index: number): ReadonlyArray<string> =>
  host === loopback
    ? [
      ...Array.from({ length: 16 }, (_, attempt) => {
        const place = process.pid * 16 + attempt
        return `127.${64 + (place >> 8 & 0x3f)}.${place & 0xff}.${10 + index % 200}`
      }),
      host
    ]
    : [host]

/**
 * Robots of this machine. Their TCP port is fixed and what they report is an address alone, so each of them needs an
 * address of its own: on Linux the whole of 127/8 is there for that. Where the simulator is to be reached from elsewhere,
 * or there is no second address, one robot has the address of the simulator and the others are in the cloud only.
 */
export const makeLoopbackHome = (host: string): Effect.Effect<HomeNetwork, never, Scope.Scope> =>
  Effect.gen(function*() {
    const socket = yield* Effect.acquireRelease(
      Effect.async<Dgram.Socket>((resume) => {
        const made = Dgram.createSocket("udp4")
        // What cannot be sent is not heard, as in any network.
        made.on("error", () => resume(Effect.succeed(made)))
        made.bind({ address: host }, () => {
          made.setBroadcast(true)
          resume(Effect.succeed(made))
        })
      }),
      (made) => Effect.sync(() => made.close())
    )
    const taken = new Set<string>()
    return {
      addressOf: (index) =>
        Effect.gen(function*() {
          for (const candidate of candidates(host, index)) {
            if (taken.has(candidate) || !(yield* isFree(candidate))) continue
            taken.add(candidate)
            return candidate
          }
          return undefined
        }),
      listen,
      broadcast: (_, bytes) =>
        Effect.sync(() => {
          socket.send(bytes, DiscoveryBroadcast.port, host === loopback ? "127.255.255.255" : "255.255.255.255")
        })
    }
  })
