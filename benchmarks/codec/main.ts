/** Measures every row in alternating rounds and prints ratios to the rival beside their targets. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { join } from "node:path"
import { all, type Case, type Variant } from "./cases.ts"
import { bytesOf, calibrate, median, timeOf, wavering } from "./measuring.ts"
import type * as Subject from "./subject.ts"

const number = (name: string, otherwise: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`))
  return given === undefined ? otherwise : Number(given.slice(name.length + 3))
}

const rounds = number("rounds", 15)
const millis = number("millis", 12)
const warmUpMillis = 250
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))

const load = (query: string): Promise<typeof Subject> => import(new URL(`./subject.js${query}`, import.meta.url).href)

const loadWithoutBuffer = async (): Promise<typeof Subject> => {
  const { Buffer } = globalThis
  Reflect.deleteProperty(globalThis, "Buffer")
  try {
    return await load("?without-buffer")
  } finally {
    globalThis.Buffer = Buffer
  }
}

interface Figures {
  readonly name: string
  readonly target: number | undefined
  /** Nanoseconds for one packet. */
  readonly nanos: { readonly ours: number; readonly withoutBuffer: number; readonly rival: number }
  /** How many times as fast as the rival, by the median round. */
  readonly ratio: number
  readonly ratioWithoutBuffer: number
  readonly noise: number
  /** Bytes allocated for one packet. */
  readonly bytes: { readonly ours: number; readonly rival: number; readonly target: number | undefined }
  readonly met: boolean
}

const figuresOf = (row: Case, variants: readonly [Variant, Variant]): Figures => {
  const runs = [row.ours(variants[0]), row.ours(variants[1]), row.rival()] as const
  const stretches = runs.map((run) => calibrate(run, warmUpMillis))
  const time = (index: 0 | 1 | 2): number => timeOf(runs[index], stretches[index] ?? 1, millis)
  const times: Array<readonly [number, number, number]> = []
  for (let round = 0; round < rounds; round++) {
    times.push([time(0), time(1), time(2)])
  }
  const perPacket = (index: 0 | 1 | 2) => median(times.map((time) => time[index])) / row.packets
  const ratios = times.map(([ours, , rival]) => rival / ours)
  const bytes = {
    ours: bytesOf(runs[0]) / row.packets,
    rival: bytesOf(runs[2]) / row.packets,
    target: row.allocationTarget
  }
  const ratio = median(ratios)
  const ratioWithoutBuffer = median(times.map(([, without, rival]) => rival / without))
  return {
    name: row.name,
    target: row.target,
    nanos: { ours: perPacket(0), withoutBuffer: perPacket(1), rival: perPacket(2) },
    ratio,
    ratioWithoutBuffer,
    noise: wavering(ratios),
    bytes,
    met: ratio >= (row.target ?? 0) && ratioWithoutBuffer >= (row.target ?? 0) / 2 &&
      bytes.ours <= (row.allocationTarget ?? Infinity)
  }
}

const columns = [
  "ratio",
  "target",
  "no Buffer",
  "target",
  "noise",
  "ns",
  "no Buffer",
  "rival",
  "bytes",
  "at most",
  "rival"
]
const line = (name: string, cells: ReadonlyArray<string>): string =>
  name.padEnd(50) + cells.map((cell) => cell.padStart(10)).join("")

const show = ({ bytes, met, name, nanos, noise, ratio, ratioWithoutBuffer, target }: Figures): string =>
  line(name, [
    ratio.toFixed(1),
    target === undefined ? "" : target.toFixed(1),
    ratioWithoutBuffer.toFixed(1),
    target === undefined ? "" : (target / 2).toFixed(1),
    `±${(noise * 100).toFixed(0)} %`,
    nanos.ours.toFixed(0),
    nanos.withoutBuffer.toFixed(0),
    nanos.rival.toFixed(0),
    bytes.ours.toFixed(0),
    bytes.target === undefined ? "" : bytes.target.toFixed(0),
    bytes.rival.toFixed(0)
  ]) + (met ? "" : "  below")

const variants = [
  { codec: await load(""), hasBuffer: true },
  { codec: await loadWithoutBuffer(), hasBuffer: false }
] as const
const chosen = all().filter(({ name }) => words.every((word) => ` ${name} `.includes(word)))
const machine = `Node ${process.versions.node}, ${availableParallelism()} x ${cpus()[0]?.model ?? "?"}`
console.log(`${machine}, load ${loadavg().map((value) => value.toFixed(1)).join(" ")}; against mqtt-packet 9.0.2`)
console.log(`median of ${rounds} alternating rounds, CPU time for one packet\n`)
console.log(line("", columns))
const figures: Array<Figures> = []
for (const row of chosen) {
  const result = figuresOf(row, variants)
  figures.push(result)
  console.log(show(result))
}
const below = figures.filter(({ met }) => !met)
console.log(`\n${figures.length - below.length} of ${figures.length} rows meet their targets`)

const folder = join(import.meta.dirname, "..")
mkdirSync(folder, { recursive: true })
const file = join(folder, `codec-node${process.versions.node.split(".")[0]}.json`)
writeFileSync(file, JSON.stringify({ machine, load: loadavg(), rounds, millis, figures }, undefined, 2) + "\n")
console.log(`written to ${file}`)
