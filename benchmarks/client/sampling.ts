/** Who runs a row, and one run of it, whose counts have to be right. */
import type { Api, Job, Report, Tally } from "./job.ts"
import { type Broker, run, type Script, type Stub } from "./processes.ts"
import type { Row } from "./rows.ts"

export interface Contestant {
  readonly name: "ours" | "ours, chunked" | "MQTT.js" | "MQTT.js, promises" | "socket"
  readonly script: Script
  readonly api: Api
}

export const contestantsOf = (row: Row): ReadonlyArray<Contestant> => [
  { name: "MQTT.js", script: "rival", api: "idiomatic" },
  { name: "ours", script: "ours", api: "idiomatic" },
  ...(row.job.kind === "publish" ? [{ name: "MQTT.js, promises", script: "rival", api: "chunked" } as const] : []),
  ...(row.targets.some(({ chunked }) => chunked !== undefined)
    ? [{ name: "ours, chunked", script: "ours", api: "chunked" } as const]
    : []),
  ...(row.reference ? [{ name: "socket", script: "raw", api: "idiomatic" } as const] : [])
]

export interface Sample {
  readonly job: Job
  readonly report: Report
  readonly tally: Tally | undefined
}

/** Both sides have to have counted the same. */
const assertCounts = (row: Row, { job, report, tally }: Sample): void => {
  const total = job.count + job.warmUp
  const counted = (what: string, found: number, wanted: number) => {
    if (found !== wanted) throw new Error(`${row.name}: ${what} ${found} instead of ${wanted}`)
  }
  if (job.kind !== "idle" && job.kind !== "start" && job.kind !== "resume") counted("reported", report.messages, total)
  if (tally === undefined) return
  if (job.kind === "publish") counted("the server got", tally.published, total)
  if (job.kind === "receive") counted("acknowledged to the server were", tally.delivered, total)
  if (job.kind === "resume") counted("sent again were", tally.resent, total)
}

/**
 * A client that is several times as fast gets as many times the messages, so that both run, and warm up, for about as long:
 * otherwise compiling would be a part of one figure and not of the other.
 */
const jobOf = (row: Row, { api, script }: Contestant, port: number): Job => {
  const times = script === "rival" ? 1 : row.times[script === "raw" ? "chunked" : api]
  return { ...row.job, api, port, count: row.job.count * times, warmUp: row.job.warmUp * times }
}

export const sampleOf = async (
  row: Row,
  contestant: Contestant,
  stub: Stub,
  broker: Pick<Broker, "port">
): Promise<Sample> => {
  const job = jobOf(row, contestant, row.server === "stub" ? stub.port : broker.port)
  await stub.tally()
  const report = await run(contestant.script, job)
  const sample = { job, report, tally: row.server === "stub" ? await stub.tally() : undefined }
  assertCounts(row, sample)
  return sample
}
