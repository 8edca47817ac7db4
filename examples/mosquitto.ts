/** Runs a Mosquitto on a free loopback port for as long as the scope is open. */
import { Command } from "@effect/platform"
import { Data, Effect, Schedule } from "effect"
import * as Net from "node:net"

/** It is not installed, or did not start. */
export class MosquittoMissing extends Data.TaggedError("MosquittoMissing") {}

const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() =>
      resume(typeof address === "object" && address !== null ? Effect.succeed(address.port) : freePort)
    )
  })
})

const accepts = (port: number) =>
  Effect.async<void, MosquittoMissing>((resume) => {
    const socket = Net.connect(port, "127.0.0.1")
    socket.on("error", () => resume(new MosquittoMissing()))
    socket.on("connect", () => {
      socket.destroy()
      resume(Effect.void)
    })
    return Effect.sync(() => socket.destroy())
  })

/** Gives its URL once it accepts connections. */
export const startMosquitto = Effect.gen(function*() {
  const port = yield* freePort
  // Debian installs it where only root's PATH looks.
  const command = Command.make("mosquitto", "-p", String(port)).pipe(
    Command.env({ PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` })
  )
  yield* Effect.mapError(Command.start(command), () => new MosquittoMissing())
  yield* Effect.retry(accepts(port), Schedule.spaced("50 millis").pipe(Schedule.upTo("5 seconds")))
  return `mqtt://127.0.0.1:${port}`
})
