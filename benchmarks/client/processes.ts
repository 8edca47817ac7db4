/** Starts and stops the processes of a benchmark run. */
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { Effect, Exit, Scope } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import type { Job, Report, Tally } from "./job.ts"

export type Script = "ours" | "rival" | "raw"

const pathOf = (name: string): string => join(import.meta.dirname, `${name}.js`)

const deadlineMillis = 90_000

/** The next message of a child; its death before that, or silence, is an error. */
const messageOf = <A>(child: ChildProcess, what: string): Promise<A> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      child.off("message", onMessage)
      child.off("exit", onExit)
      finish()
    }
    // The scripts are ours, and say nothing else.
    const onMessage = (message: unknown) => settle(() => resolve(message as A))
    const onExit = (code: number | null) => settle(() => reject(new Error(`${what} ended with ${code}`)))
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      settle(() => reject(new Error(`${what} took more than ${deadlineMillis / 1000} s`)))
    }, deadlineMillis)
    child.on("message", onMessage)
    child.on("exit", onExit)
  })

export const run = async (script: Script, job: Job): Promise<Report> => {
  const flags = ["--expose-gc", ...(process.env["BENCH_CLIENT_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "")]
  const child = fork(pathOf(script), [JSON.stringify(job)], { execArgv: job.kind === "start" ? [] : flags })
  const ended = once(child, "exit")
  const report = await messageOf<Report>(child, `${script} (${job.kind})`)
  await ended
  return report
}

export interface Stub {
  readonly port: number
  /** What it saw since it was asked last. */
  readonly tally: () => Promise<Tally>
  readonly stop: () => void
}

export const startStub = async (): Promise<Stub> => {
  const child = fork(pathOf("stub"), [], { execArgv: [] })
  const { port } = await messageOf<{ readonly port: number }>(child, "the stub")
  return {
    port,
    tally: () => {
      child.send({})
      return messageOf<Tally>(child, "the stub")
    },
    stop: () => void child.kill()
  }
}

export interface Broker {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Mosquitto without limits on its queues, and the publisher that feeds it; undefined where it is not installed. */
export const startMosquitto = async (): Promise<Broker | undefined> => {
  if (Mosquitto.version === undefined) return undefined
  // It has a process group of its own, where no signal to ours arrives: it ends when this program exits.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
  const scope = Effect.runSync(Scope.make())
  const { port } = await Effect.runPromise(
    Scope.extend(Mosquitto.open(["max_queued_messages 0", "set_tcp_nodelay true", "log_type none"]), scope)
  )
  const spread: Job = { kind: "spread", api: "idiomatic", port, version: 4, qos: 0, count: 0, warmUp: 0, inFlight: 100 }
  const publisher = fork(pathOf("raw"), [JSON.stringify(spread)], { execArgv: [] })
  await messageOf(publisher, "the publisher")
  return {
    port,
    stop: () => {
      publisher.kill()
      return Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
}
