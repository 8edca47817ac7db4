/** What every broker here offers to the tests. */
import type { Scope } from "effect"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { BrokerError, Program } from "./process.ts"

export type Link = "tcp" | "tls" | "ws" | "wss"

export interface Broker {
  readonly urls: Readonly<Record<Link, string>>
  /** Ends it as a system that shuts down does. */
  readonly stop: Effect.Effect<void>
  /** Starts it again, with what it has stored. */
  readonly start: Effect.Effect<void, BrokerError>
}

/** Who may come in, and may use every topic below `open/` and no other. */
export const user = { name: "alice", password: "secret" }

/** A certificate for localhost and 127.0.0.1. */
export interface Certificate {
  readonly ca: string
  readonly key: string
  readonly cert: string
}

/** Writes it to files, and gives their paths. */
export const certificateFiles = (path: string, { ca, cert, key }: Certificate): Certificate => {
  const write = (name: string, text: string) => {
    const file = join(path, name)
    writeFileSync(file, text)
    chmodSync(file, 0o600)
    return file
  }
  return { ca: write("ca.pem", ca), key: write("key.pem", key), cert: write("cert.pem", cert) }
}

/** One program that can be stopped and started again, and is killed with the scope. */
export const restartable = <R>(
  launch: Effect.Effect<Program, BrokerError, Scope.Scope | R>
): Effect.Effect<Pick<Broker, "start" | "stop">, BrokerError, Scope.Scope | R> =>
  Effect.gen(function*() {
    const context = yield* Effect.context<Scope.Scope | R>()
    let program: Program | undefined
    const start = Effect.provide(launch, context).pipe(
      Effect.tap((started) => Effect.sync(() => void (program = started))),
      Effect.asVoid
    )
    yield* start
    return { start, stop: Effect.suspend(() => program?.end("SIGTERM") ?? Effect.void) }
  })

/** The first line that a program prints about itself. */
export const versionLine = (command: string, ...parameters: ReadonlyArray<string>): string => {
  const { stderr, stdout } = spawnSync(command, parameters, { encoding: "utf8" })
  return `${stdout}${stderr}`.split("\n")[0] ?? ""
}
