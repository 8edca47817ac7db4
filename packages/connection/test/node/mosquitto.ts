/** Mosquitto for a test, on a free loopback port. */
import type { Scope } from "effect"
import { Effect } from "effect"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as Net from "node:net"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"

/** Where Mosquitto is, if it is installed. */
export const program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"].find(
  existsSync
)

/** A port that is free at the moment. */
export const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** A directory that goes with the scope. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const isListening = (port: number) =>
  Effect.async<boolean>((resume) => {
    const socket = Net.connect({ host: "127.0.0.1", port })
    socket.on("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.on("error", () => resume(Effect.succeed(false)))
  })

const stop = (child: ChildProcess) =>
  Effect.async<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

export interface Running {
  readonly port: number
  readonly url: string
  readonly restart: Effect.Effect<void>
}

/** A broker of this test's own. `restart` kills it and starts it anew, without its sessions. */
export const broker = (
  extra: ReadonlyArray<string> = ["allow_anonymous true"]
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function*() {
    const port = yield* freePort
    const path = yield* directory
    const config = join(path, "mosquitto.conf")
    writeFileSync(
      config,
      [`listener ${port} 127.0.0.1`, `user ${userInfo().username}`, "persistence false", ...extra, ""].join("\n")
    )
    let child: ChildProcess | undefined
    const start = Effect.sync(() => {
      child = spawn(program ?? "", ["-c", config], { stdio: "ignore" })
    }).pipe(
      Effect.zipRight(
        isListening(port).pipe(Effect.delay("20 millis"), Effect.repeat({ until: (ready) => ready, times: 200 }))
      ),
      Effect.asVoid
    )
    const kill = Effect.suspend(() => child === undefined ? Effect.void : stop(child))
    yield* Effect.addFinalizer(() => kill)
    yield* start
    return { port, url: `mqtt://127.0.0.1:${port}`, restart: Effect.zipRight(kill, start) }
  })
