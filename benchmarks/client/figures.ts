/** What the runs of a row come to, beside its targets. */
import type { Api } from "./job.ts"
import type { Measure, Row, Target } from "./rows.ts"
import type { Contestant, Sample } from "./sampling.ts"

const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

export interface Figures {
  readonly name: Contestant["name"]
  /** Medians over the rounds. */
  readonly messagesPerSecond: number
  readonly cpuMicros: number
  readonly cpuMillis: number
  readonly serverCpuMicros: number | undefined
  readonly wallMillis: number
  readonly detail: number | undefined
  readonly resumeMillis: number | undefined
  readonly resentWithDup: number | undefined
  readonly inOrder: boolean | undefined
}

export const figuresOf = (row: Row, name: Contestant["name"], samples: ReadonlyArray<Sample>): Figures => {
  const of = (value: (sample: Sample) => number | undefined): number | undefined => {
    const values = samples.map(value).filter((one) => one !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  return {
    name,
    messagesPerSecond: of(({ job, report }) => job.count / report.wallMillis * 1000) ?? 0,
    cpuMicros: of(({ job, report }) => report.cpuMicros / job.count) ?? 0,
    cpuMillis: of(({ report }) => report.cpuMicros / 1000) ?? 0,
    serverCpuMicros: of(({ job, tally }) =>
      tally === undefined ? undefined : tally.cpuMicros / (job.count + job.warmUp)
    ),
    wallMillis: of(({ report }) => report.wallMillis) ?? 0,
    detail: of(({ report }) => report.detail),
    resumeMillis: row.job.kind === "resume" ? of(({ tally }) => tally?.resumeMillis) : undefined,
    resentWithDup: row.job.kind === "resume" ? of(({ tally }) => tally?.resentWithDup) : undefined,
    inOrder: row.job.kind === "resume" ? samples.every(({ tally }) => tally?.inOrder === true) : undefined
  }
}

/** A figure beside that of MQTT.js, whose better way of working counts. */
const compare = (measure: Exclude<Measure, "size">, ours: Figures, rivals: ReadonlyArray<Figures>): number => {
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

const isGoodWhenHigh: Record<Measure, boolean> = {
  rate: true,
  cpu: false,
  share: false,
  micros: false,
  resume: true,
  size: false
}

export interface Verdict {
  readonly api: Api
  readonly measure: Measure
  readonly value: number
  readonly target: number
  readonly met: boolean
}

export const judge = (api: Api, measure: Measure, value: number, target: number): Verdict => ({
  api,
  measure,
  value,
  target,
  met: isGoodWhenHigh[measure] ? value >= target : value <= target
})

export const verdictsOf = (target: Target, figures: ReadonlyArray<Figures>): ReadonlyArray<Verdict> => {
  const rivals = figures.filter(({ name }) => name.startsWith("MQTT.js"))
  const judged = (api: Api, name: Contestant["name"], wanted: number | undefined): ReadonlyArray<Verdict> => {
    const ours = figures.find((one) => one.name === name)
    if (ours === undefined || wanted === undefined || rivals.length === 0) return []
    return [judge(api, target.measure, compare(target.measure, ours, rivals), wanted)]
  }
  return [...judged("idiomatic", "ours", target.idiomatic), ...judged("chunked", "ours, chunked", target.chunked)]
}

const thousands = (value: number): string => value >= 1000 ? `${(value / 1000).toFixed(0)} k` : value.toFixed(0)

export const showFigures = (row: Row, figures: Figures): string => {
  const cells = [
    ...(row.job.kind === "publish" || row.job.kind === "receive" || row.job.kind === "spread"
      ? [`${thousands(figures.messagesPerSecond)}/s`, `${figures.cpuMicros.toFixed(2)} µs CPU`]
      : [`${figures.wallMillis.toFixed(0)} ms`, `${figures.cpuMillis.toFixed(0)} ms CPU`]),
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

export const showVerdict = ({ api, measure, met, target, value }: Verdict): string => {
  const sign = isGoodWhenHigh[measure] ? "≥" : "≤"
  return `  ${`${measure}, ${api}`.padEnd(20)}${value.toFixed(2).padStart(16)}   ${sign} ${target}${
    met ? "" : "  below"
  }`
}
