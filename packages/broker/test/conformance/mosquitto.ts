import { Effect, Schedule } from "effect"
import type { Scope } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Target } from "./peer.ts"

export const isPresent = spawnSync("mosquitto", ["-h"]).error === undefined

if (!isPresent) console.warn("skipped without mosquitto: the checks against another broker")

const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer().listen({ host: "127.0.0.1", port: 0 }, () => {
    const address = server.address()
    const port = address === null || typeof address === "string" ? 0 : address.port
    server.close(() => resume(Effect.succeed(port)))
  })
})

const answers = (port: number) =>
  Effect.async<void, Error>((resume) => {
    const socket = Net.connect({ host: "127.0.0.1", port }, () => resume(Effect.void))
    socket.on("error", (error) => resume(Effect.fail(error)))
    return Effect.sync(() => socket.destroy())
  })

/** A Mosquitto of its own on a free loopback port, as long as the scope. */
export const listen = (settings: ReadonlyArray<string>): Effect.Effect<Target, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "broker-mosquitto-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true }))
    )
    const port = yield* freePort
    const config = join(folder, "mosquitto.conf")
    const lines = [
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence false",
      "sys_interval 1",
      "set_tcp_nodelay true"
    ]
    yield* Effect.promise(() => writeFile(config, [...lines, ...settings, ""].join("\n")))
    yield* Effect.acquireRelease(
      Effect.sync(() => spawn("mosquitto", ["-c", config], { stdio: "ignore" })),
      (child) =>
        Effect.async<void>((resume) => {
          child.once("exit", () => resume(Effect.void))
          child.kill()
        })
    )
    yield* Effect.retry(answers(port), { times: 100, schedule: Schedule.spaced("50 millis") })
    return { url: `mqtt://127.0.0.1:${port}` }
  })
