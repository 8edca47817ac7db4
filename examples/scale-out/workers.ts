/** Worker processes, and what they have handled. */
import { Effect, Schema } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Task } from "./task.ts"

const file = fileURLToPath(new URL("worker.ts", import.meta.url))

/** How often each message was handled. */
export type Ledger = Map<number, number>

export interface Worker {
  /** Ends it without a warning, and starts it again. */
  readonly restart: Effect.Effect<void>
}

/** Runs a worker for as long as the scope is open. */
export const start = (task: Task, ledger: Ledger) =>
  Effect.gen(function*() {
    const environment = { ...process.env, WORKER: yield* Effect.orDie(Schema.encode(Schema.parseJson(Task))(task)) }
    let child: ChildProcess | undefined
    const launch = Effect.sync(() => {
      let rest = ""
      child = spawn(process.execPath, ["--import", "tsx", "--conditions=@effect-mqtt/source", file], {
        env: environment,
        stdio: ["ignore", "pipe", "inherit"]
      })
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n")
        rest = lines.pop() ?? ""
        for (const line of lines) {
          const message = Number(line)
          if (Number.isInteger(message)) ledger.set(message, (ledger.get(message) ?? 0) + 1)
        }
      })
    })
    const kill = Effect.async<void>((resume) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
      // Its output is complete.
      child.once("close", () => resume(Effect.void))
      child.kill("SIGKILL")
    })
    yield* Effect.acquireRelease(launch, () => kill)
    const worker: Worker = { restart: Effect.zipRight(kill, launch) }
    return worker
  })
