/** Time and memory of one run, on a machine that has other things to do as well. */
import { do_not_optimize, measure } from "mitata"
import { setFlagsFromString } from "node:v8"
import type { Run } from "./cases.ts"

/**
 * CPU time of the process in nanoseconds, garbage collection included: other programs on the machine do not enter it, as
 * they would enter the time on the wall.
 */
const cpuTime = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) * 1000
}

/** Nanoseconds of one run, averaged over `millis` of them. */
export const timeOf = async (run: Run, millis: number): Promise<number> => {
  const { avg } = await measure(() => {
    do_not_optimize(run())
  }, {
    // A run takes as long as a few hundred packets, so it is a sample by itself.
    batch_threshold: -1,
    gc: false,
    min_cpu_time: millis * 1e6,
    min_samples: 8,
    now: cpuTime,
    warmup_samples: 0
  })
  return avg
}

const usedBytes = (): number => {
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes of memory, on the JavaScript heap and in array buffers, that one run takes. */
export const bytesOf = (run: Run): number => {
  const samples: Array<number> = []
  for (let round = 0; round < 25; round++) {
    const before = usedBytes()
    do_not_optimize(run())
    // A collection in between makes the difference too small, not too large.
    samples.push(usedBytes() - before)
  }
  const asking: Array<number> = []
  for (let round = 0; round < 25; round++) {
    const before = usedBytes()
    asking.push(usedBytes() - before)
  }
  return Math.max(0, median(samples) - median(asking))
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** Half of what lies between the quartiles, as a share of the median: how much a figure wavers. */
export const wavering = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return (at(0.75) - at(0.25)) / 2 / median(values)
}

export const prepare = (): void => setFlagsFromString("--no-flush-bytecode")
