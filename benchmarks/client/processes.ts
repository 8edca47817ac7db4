/** Starts and stops the processes of a benchmark run. */
import { type ChildProcess, fork, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Job, Report, Tally } from "./job.ts"

export type Script = "ours" | "rival" | "raw"

const pathOf = (name: string): string => join(import.meta.dirname, `${name}.js`)

const deadlineMillis = 120_000

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

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? address.port : 0
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port })
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })

export interface Mosquitto {
  readonly port: number
  readonly stop: () => void
}

/** Mosquitto without limits on its queues, and the publisher that feeds it; undefined where it is not installed. */
export const startMosquitto = async (): Promise<Mosquitto | undefined> => {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), "bench-mosquitto-"))
  const file = join(folder, "mosquitto.conf")
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\nlog_type none\n`
  )
  const broker = spawn("mosquitto", ["-c", file], { stdio: "ignore" })
  let failed = false
  broker.once("error", () => {
    failed = true
  })
  for (let attempt = 0; attempt < 100 && !failed && !(await isListening(port)); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (failed) {
    rmSync(folder, { recursive: true })
    return undefined
  }
  const spread: Job = { kind: "spread", api: "idiomatic", port, version: 4, qos: 0, count: 0, warmUp: 0, inFlight: 100 }
  const publisher = fork(pathOf("raw"), [JSON.stringify(spread)], { execArgv: [] })
  await messageOf(publisher, "the publisher")
  return {
    port,
    stop: () => {
      publisher.kill()
      broker.kill()
      rmSync(folder, { recursive: true })
    }
  }
}
