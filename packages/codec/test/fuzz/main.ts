/**
 * The long fuzz run: `pnpm fuzz codec [count] [seed]`. Without a seed it takes one from the clock and says which.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { fuzz, type Report } from "./fuzz.ts"
import * as Random from "./random.ts"

const [count = "1000000", seed = String(Date.now() & 0x7fffffff)] = process.argv.slice(2)

const start = performance.now()
const seconds = () => Math.round((performance.now() - start) / 100) / 10

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void // what the flag makes appear

/** Megabytes that are still held after a collection: they must not grow with the inputs. */
const memory = () => {
  collect()
  return Math.round(process.memoryUsage().heapUsed / 1e6)
}

let highest = 0
const progress = ({ inputs, packets, slowest }: Report) => {
  highest = Math.max(highest, memory())
  if (inputs % 1_000_000 === 0) {
    console.log(
      `${inputs} inputs, ${packets} packets, ${seconds()} s, heap ${memory()} MB, slowest ${slowest.toFixed(1)} ms`
    )
  }
  if (highest > 256) throw new Error(`the heap has grown to ${highest} MB`)
}

console.log(`seed ${seed}, ${count} inputs`)
const report = fuzz(Random.make(Number(seed)), Number(count), progress)
const refusals = [...report.refusals].sort(([, a], [, b]) => b - a)
console.log(JSON.stringify(
  {
    seed: Number(seed),
    seconds: seconds(),
    node: process.version,
    ...report,
    highestHeapMB: highest,
    strategies: Object.fromEntries(report.strategies),
    placesOfRefusal: refusals.length,
    refusals: refusals.reduce((sum, [, times]) => sum + times, 0),
    rarest: refusals.slice(-10)
  },
  undefined,
  2
))
