/** Programs that run for as long as a scope is open, and what they need: ports, a directory, a log. */
import type { Scope } from "effect"
import { Data, Effect } from "effect"
import { spawn } from "node:child_process"
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A broker did not come up; `log` is the end of what it said. */
export class BrokerError extends Data.TaggedError("BrokerError")<{
  readonly program: string
  readonly log: string
}> {
  override get message(): string {
    return `${this.program} did not start: ${this.log}`
  }
}

export interface Program {
  /** Completes when it has ended; one that does not end on SIGTERM is killed. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<void>
  readonly isRunning: () => boolean
  /** What it wrote since it was started. */
  readonly log: () => string
}

const find = (name: string, directories: ReadonlyArray<string>): string | undefined =>
  directories.map((directory) => join(directory, name)).find(existsSync)

/** Where a program is, also where only root's PATH looks. */
export const locate = (name: string): string | undefined =>
  find(name, [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"])

/**
 * Ports that are free at the moment, all different. A connection has just ended at each of them: for a minute nobody gets
 * it who asks for any port, so that a broker which takes long to start finds it free, and may take it by its number.
 */
export const freePorts = (count: number): Effect.Effect<ReadonlyArray<number>> =>
  Effect.promise(async () => {
    const servers = Array.from({ length: count }, () => Net.createServer((socket) => socket.end()))
    const ports = await Promise.all(servers.map((server) =>
      new Promise<number>((resolve) => {
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resolve(typeof address === "object" && address !== null ? address.port : 0)
        })
      })
    ))
    await Promise.all(ports.map((port) =>
      new Promise((resolve) => {
        Net.connect({ host: "127.0.0.1", port }).resume().once("close", resolve)
      })
    ))
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    return ports
  })

/** A directory that goes with the scope. */
export const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Starts a program; it is killed with the scope. */
export const start = (
  command: string,
  parameters: ReadonlyArray<string>,
  options: { readonly logFile: string; readonly env?: Readonly<Record<string, string>> }
): Effect.Effect<Program, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const log = openSync(options.logFile, "w")
      // A process group of its own: some brokers are started by a shell, which a signal would only orphan them from.
      const child = spawn(command, parameters, {
        detached: true,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", log, log]
      })
      closeSync(log)
      let isRunning = child.pid !== undefined
      /** Whether there was somebody to get it; signal 0 only asks. */
      const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
        try {
          return child.pid !== undefined && process.kill(-child.pid, signal)
        } catch {
          return false
        }
      }
      const killGroup = () => void signalGroup("SIGKILL")
      process.once("exit", killGroup)
      const onEnd = () => {
        isRunning = false
      }
      child.once("exit", onEnd)
      child.once("error", onEnd)
      // The shell may end before the program that it has started.
      const isThere = Effect.delay(Effect.sync(() => signalGroup(0)), "20 millis")
      const gone = Effect.asVoid(Effect.repeat(isThere, { while: (answer) => answer }))
      const killed = Effect.zipRight(
        Effect.sync(killGroup),
        Effect.timeoutTo(gone, { duration: "3 seconds", onSuccess: () => undefined, onTimeout: () => undefined })
      )
      // Long enough for a busy machine: some write down at the end what has to outlive a restart.
      const ended = Effect.timeoutTo(gone, {
        duration: "30 seconds",
        onSuccess: () => Effect.void,
        onTimeout: () => killed
      })
      const program: Program = {
        end: (signal) =>
          Effect.suspend(() => signal === "SIGTERM" && signalGroup(signal) ? Effect.flatten(ended) : killed).pipe(
            Effect.zipRight(Effect.sync(() => void process.removeListener("exit", killGroup)))
          ),
        isRunning: () => isRunning,
        log: () => readFileSync(options.logFile, "utf8")
      }
      return program
    }),
    (program) => program.end("SIGKILL")
  )

/** It accepts connections on the port. */
export const listens = (port: number): Effect.Effect<boolean> =>
  Effect.async<boolean>((resume) => {
    const socket = Net.connect({ host: "127.0.0.1", port })
    socket.on("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.on("error", () => resume(Effect.succeed(false)))
  })

/** Waits until a program is ready; fails when it ends before. */
export const ready = (
  name: string,
  program: Program,
  isReady: Effect.Effect<boolean>
): Effect.Effect<void, BrokerError> => {
  const error = () => new BrokerError({ program: name, log: program.log().slice(-2000) })
  const check: Effect.Effect<void, BrokerError> = Effect.flatMap(isReady, (isUp) => {
    if (isUp) return Effect.void
    return program.isRunning() ? Effect.zipRight(Effect.sleep("30 millis"), check) : Effect.fail(error())
  })
  return Effect.timeoutFail(check, { duration: "2 minutes", onTimeout: error })
}

/** It has written this. */
export const says = (program: Program, words: string): Effect.Effect<boolean> =>
  Effect.sync(() => program.log().includes(words))
