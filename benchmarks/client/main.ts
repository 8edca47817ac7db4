/** Measures every row in alternating rounds, each client in a process of its own, and prints ratios to MQTT.js. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { join } from "node:path"
import type { Api, Job, Report, Tally } from "./job.ts"
import { type Broker, run, type Script, startMosquitto, startStub, type Stub } from "./processes.ts"
import { type Measure, type Row, rows, type Target } from "./rows.ts"

const number = (name: string, otherwise: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`))
  return given === undefined ? otherwise : Number(given.slice(name.length + 3))
}

const rounds = number("rounds", 3)
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))

interface Contestant {
  readonly name: "ours" | "ours, chunked" | "MQTT.js" | "MQTT.js, promises" | "socket"
  readonly script: Script
  readonly api: Api
}

const contestantsOf = (row: Row): ReadonlyArray<Contestant> => [
  { name: "MQTT.js", script: "rival", api: "idiomatic" },
  { name: "ours", script: "ours", api: "idiomatic" },
  ...(row.job.kind === "publish" ? [{ name: "MQTT.js, promises", script: "rival", api: "chunked" } as const] : []),
  ...(row.targets.some(({ chunked }) => chunked !== undefined)
    ? [{ name: "ours, chunked", script: "ours", api: "chunked" } as const]
    : []),
  ...(row.reference ? [{ name: "socket", script: "raw", api: "idiomatic" } as const] : [])
]

interface Sample {
  readonly report: Report
  readonly tally: Tally | undefined
}

/** Both sides have to have counted the same. */
const assertCounts = (row: Row, job: Job, { report, tally }: Sample): void => {
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

const sampleOf = async (row: Row, contestant: Contestant, stub: Stub, mosquitto: Broker): Promise<Sample> => {
  const port = row.server === "stub" ? stub.port : mosquitto.port
  const job: Job = { ...row.job, api: contestant.api, port }
  await stub.tally()
  const report = await run(contestant.script, job)
  const sample = { report, tally: row.server === "stub" ? await stub.tally() : undefined }
  assertCounts(row, job, sample)
  return sample
}

const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

interface Figures {
  readonly name: Contestant["name"]
  /** Medians over the rounds. */
  readonly messagesPerSecond: number
  readonly cpuMicros: number
  readonly serverCpuMicros: number | undefined
  readonly wallMillis: number
  readonly detail: number | undefined
  readonly resumeMillis: number | undefined
  readonly resentWithDup: number | undefined
  readonly inOrder: boolean | undefined
}

const figuresOf = (row: Row, name: Contestant["name"], samples: ReadonlyArray<Sample>): Figures => {
  const of = (value: (sample: Sample) => number | undefined): number | undefined => {
    const values = samples.map(value).filter((one) => one !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  const { count, warmUp } = row.job
  return {
    name,
    messagesPerSecond: of(({ report }) => count / report.wallMillis * 1000) ?? 0,
    cpuMicros: of(({ report }) => report.cpuMicros / count) ?? 0,
    serverCpuMicros: of(({ tally }) => tally === undefined ? undefined : tally.cpuMicros / (count + warmUp)),
    wallMillis: of(({ report }) => report.wallMillis) ?? 0,
    detail: of(({ report }) => report.detail),
    resumeMillis: row.job.kind === "resume" ? of(({ tally }) => tally?.resumeMillis) : undefined,
    resentWithDup: row.job.kind === "resume" ? of(({ tally }) => tally?.resentWithDup) : undefined,
    inOrder: row.job.kind === "resume" ? samples.every(({ tally }) => tally?.inOrder === true) : undefined
  }
}

/** A figure beside that of MQTT.js, whose better way of working counts. */
const compare = (measure: Measure, ours: Figures, rivals: ReadonlyArray<Figures>): number => {
  const least = (value: (figures: Figures) => number) => Math.min(...rivals.map(value))
  switch (measure) {
    case "rate":
      return ours.messagesPerSecond / Math.max(...rivals.map(({ messagesPerSecond }) => messagesPerSecond))
    case "cpu":
      return ours.cpuMicros / least(({ cpuMicros }) => cpuMicros)
    case "share":
      return (ours.detail ?? ours.wallMillis) / least(({ detail, wallMillis }) => detail ?? wallMillis)
    case "micros":
      return ours.detail ?? Infinity
    case "resume":
      return least(({ resumeMillis }) => resumeMillis ?? 0) / (ours.resumeMillis ?? Infinity)
  }
}

const isGoodWhenHigh: Record<Measure, boolean> = { rate: true, cpu: false, share: false, micros: false, resume: true }

interface Verdict {
  readonly api: Api
  readonly measure: Measure
  readonly value: number
  readonly target: number
  readonly met: boolean
}

const verdictsOf = (target: Target, figures: ReadonlyArray<Figures>): ReadonlyArray<Verdict> => {
  const rivals = figures.filter(({ name }) => name.startsWith("MQTT.js"))
  const judge = (api: Api, name: Contestant["name"], wanted: number | undefined): ReadonlyArray<Verdict> => {
    const ours = figures.find((one) => one.name === name)
    if (ours === undefined || wanted === undefined) return []
    const value = compare(target.measure, ours, rivals)
    const met = isGoodWhenHigh[target.measure] ? value >= wanted : value <= wanted
    return [{ api, measure: target.measure, value, target: wanted, met }]
  }
  return [...judge("idiomatic", "ours", target.idiomatic), ...judge("chunked", "ours, chunked", target.chunked)]
}

const thousands = (value: number): string => value >= 1000 ? `${(value / 1000).toFixed(0)} k` : value.toFixed(0)

const showFigures = (row: Row, figures: Figures): string => {
  const cells = [
    ...(row.job.kind === "publish" || row.job.kind === "receive" || row.job.kind === "spread"
      ? [`${thousands(figures.messagesPerSecond)}/s`, `${figures.cpuMicros.toFixed(2)} µs CPU`]
      : [`${figures.wallMillis.toFixed(0)} ms`, `${(figures.cpuMicros * row.job.count / 1000).toFixed(0)} ms CPU`]),
    ...(figures.serverCpuMicros === undefined ? [] : [`server ${figures.serverCpuMicros.toFixed(2)} µs`]),
    ...(figures.detail === undefined ? [] : [
      row.job.kind === "idle"
        ? `${(figures.detail / 1000).toFixed(1)} kB each`
        : `p50 ${figures.detail.toFixed(0)} µs`
    ]),
    ...(figures.resumeMillis === undefined ? [] : [
      `resumed in ${figures.resumeMillis.toFixed(1)} ms`,
      `DUP on ${figures.resentWithDup}`,
      figures.inOrder === true ? "in order" : "out of order"
    ])
  ]
  return `  ${figures.name.padEnd(20)}${cells.map((cell) => cell.padStart(16)).join("")}`
}

const showVerdict = ({ api, measure, met, target, value }: Verdict): string => {
  const sign = isGoodWhenHigh[measure] ? "≥" : "≤"
  return `  ${`${measure}, ${api}`.padEnd(20)}${value.toFixed(2).padStart(16)}   ${sign} ${target}${
    met ? "" : "  below"
  }`
}

const chosen = rows.filter(({ name }) => words.every((word) => ` ${name} `.includes(word)))
const stub = await startStub()
const mosquitto = chosen.some(({ server }) => server === "mosquitto") ? await startMosquitto() : undefined
const machine = `Node ${process.versions.node}, ${availableParallelism()} x ${cpus()[0]?.model ?? "?"}`
console.log(`${machine}, load ${loadavg().map((value) => value.toFixed(1)).join(" ")}; against MQTT.js 5.16`)
console.log(`medians of ${rounds} alternating rounds, 64 B payloads, loopback\n`)

const results: Array<
  { readonly row: Row; readonly figures: ReadonlyArray<Figures>; readonly verdicts: ReadonlyArray<Verdict> }
> = []
try {
  for (const row of chosen) {
    const broker = row.server === "mosquitto" ? mosquitto : { port: stub.port, stop: () => Promise.resolve() }
    if (broker === undefined) {
      console.log(`${row.name}: skipped, mosquitto is not installed\n`)
      continue
    }
    const contestants = contestantsOf(row)
    const samples = new Map<Contestant, Array<Sample>>(contestants.map((contestant) => [contestant, []]))
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) samples.get(contestant)?.push(await sampleOf(row, contestant, stub, broker))
    }
    const figures = contestants.map((contestant) => figuresOf(row, contestant.name, samples.get(contestant) ?? []))
    const verdicts = row.targets.flatMap((target) => verdictsOf(target, figures))
    results.push({ row, figures, verdicts })
    console.log(row.name)
    for (const one of figures) console.log(showFigures(row, one))
    for (const verdict of verdicts) console.log(showVerdict(verdict))
    console.log("")
  }
} finally {
  stub.stop()
  await mosquitto?.stop()
}

const verdicts = results.flatMap((result) => result.verdicts)
console.log(`${verdicts.filter(({ met }) => met).length} of ${verdicts.length} targets are met`)
const folder = join(import.meta.dirname, "..")
mkdirSync(folder, { recursive: true })
const file = join(folder, `client-node${process.versions.node.split(".")[0]}.json`)
writeFileSync(file, JSON.stringify({ machine, load: loadavg(), rounds, results }, undefined, 2) + "\n")
console.log(`written to ${file}`)
