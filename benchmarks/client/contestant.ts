/** What the processes of all contestants share: the job, the clock and the report. */
import type { Job, Report } from "./job.ts"

export const job: Job = JSON.parse(process.argv[2] ?? "{}")

export const payload: Uint8Array = new Uint8Array(64).fill(0x61)

/** CPU time and time on the wall since it was started. */
export const startClock = (): () => Pick<Report, "cpuMicros" | "wallMillis"> => {
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const started = performance.now()
  return () => {
    const { system, user } = process.cpuUsage(cpu)
    return { cpuMicros: system + user, wallMillis: performance.now() - started }
  }
}

/** Runs the work twice and measures the second time. */
export const measure = async (work: (count: number) => Promise<void>): Promise<Report> => {
  await work(job.warmUp)
  const read = startClock()
  await work(job.count)
  return { ...read(), messages: job.warmUp + job.count }
}

/** The median of round trips, one after the other, in microseconds. */
export const measureRoundTrips = async (roundTrip: () => Promise<void>): Promise<Report> => {
  for (let count = 0; count < job.warmUp; count++) await roundTrip()
  const read = startClock()
  const micros: Array<number> = []
  for (let count = 0; count < job.count; count++) {
    const started = performance.now()
    await roundTrip()
    micros.push((performance.now() - started) * 1000)
  }
  const sorted = micros.sort((a, b) => a - b)
  return { ...read(), messages: job.warmUp + job.count, detail: sorted[sorted.length >> 1] }
}

/** Resident bytes of one connection among `job.count`. */
export const measureMemory = async (connect: () => Promise<void>): Promise<Report> => {
  for (let count = 0; count < job.warmUp; count++) await connect()
  const before = await settledMemory()
  const read = startClock()
  for (let count = 0; count < job.count; count++) await connect()
  const figures = read()
  const after = await settledMemory()
  return { ...figures, messages: job.count, detail: (after - before) / job.count }
}

const settledMemory = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return process.memoryUsage().rss
}

export const finish = (report: Report): void => {
  if (process.send === undefined) console.log(report)
  else process.send(report, () => process.exit(0))
}
