/** Time and memory of one run, on a machine that has other things to do as well. */
import { do_not_optimize } from "mitata"
import type { Run } from "./cases.ts"

/**
 * CPU time of the process in nanoseconds, garbage collection included: other programs on the machine do not enter it, as
 * they would enter the time on the wall.
 */
const cpuTime = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) * 1000
}

/** Between two looks at the clock, which takes 2 µs by itself. */
const stretch = 500_000

/** How many runs make up a stretch; warms the code up on the way. */
export const calibrate = (run: Run, millis: number): number => {
  const start = cpuTime()
  let runs = 0
  let elapsed = 0
  while (elapsed < millis * 1e6) {
    do_not_optimize(run())
    runs++
    elapsed = cpuTime() - start
  }
  return Math.max(1, Math.round(stretch / (elapsed / runs)))
}

/**
 * Nanoseconds of one run, averaged over `millis` of them. Not the harness of mitata, which sets 8 MB aside for each
 * measurement: collecting those would slow down what is measured.
 */
export const timeOf = (run: Run, runsInStretch: number, millis: number): number => {
  const start = cpuTime()
  let runs = 0
  let elapsed = 0
  while (elapsed < millis * 1e6) {
    for (let count = 0; count < runsInStretch; count++) do_not_optimize(run())
    runs += runsInStretch
    elapsed = cpuTime() - start
  }
  return elapsed / runs
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
