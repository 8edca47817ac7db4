/** Starts and stops the processes of a benchmark run. */
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { Effect, Exit, Scope } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { availableParallelism } from "node:os"
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
      child.off("error", onError)
      finish()
    }
    // The scripts are ours, and say nothing else.
    const onMessage = (message: unknown) => settle(() => resolve(message as A))
    const onExit = (code: number | null) => settle(() => reject(new Error(`${what} ended with ${code}`)))
    const onError = (error: Error) => settle(() => reject(error))
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      settle(() => reject(new Error(`${what} took more than ${deadlineMillis / 1000} s`)))
    }, deadlineMillis)
    child.on("message", onMessage)
    child.on("exit", onExit)
    child.on("error", onError)
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

export interface Awake {
  /** False where the system has no idle class. */
  readonly isAwake: boolean
  readonly stop: () => void
}

/**
 * Keeps the processors awake, while a client waits for its server and the other way round. To wake one of a virtual machine
 * takes longer than such a server does to answer, and who works less waits more often.
 */
export const keepAwake = async (): Promise<Awake> => {
  const children = Array.from(
    { length: availableParallelism() },
    () => fork(pathOf("awake"), [], { execPath: "chrt", execArgv: ["--idle", "0", process.execPath] })
  )
  const started = await Promise.allSettled(children.map((child) => messageOf(child, "what keeps a processor awake")))
  return {
    isAwake: started.every(({ status }) => status === "fulfilled"),
    stop: () => children.forEach((child) => child.kill())
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
