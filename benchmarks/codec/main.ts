/**
 * Measures every row and prints ratios to the rival beside their targets. Each contestant has a process of its own, and they
 * take turns: in one process for all, a row would pay for the shapes and the compiled code that the rows before have left.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { join } from "node:path"
import { all, type Case } from "./cases.ts"
import { median, wavering } from "./measuring.ts"

const number = (name: string, otherwise: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`))
  return given === undefined ? otherwise : Number(given.slice(name.length + 3))
}

const processes = number("processes", 3)
const rounds = number("rounds", 5)
const millis = number("millis", 12)
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))

type Name = "ours" | "withoutBuffer" | "rival"

type Three<A> = Readonly<Record<Name, A>>

interface Contestant {
  /** Bytes allocated for one packet. */
  readonly bytes: number
  /** Nanoseconds for one packet, over one round. */
  readonly round: () => Promise<number>
  readonly stop: () => void
}

const start = async (row: Case, name: Name): Promise<Contestant> => {
  const child: ChildProcess = fork(join(import.meta.dirname, "contestant.js"), [row.name, name])
  const ended = new AbortController()
  child.once("exit", () => ended.abort(new Error(`${name} has ended`)))
  const answer = async (): Promise<number> => {
    const [value]: Array<unknown> = await once(child, "message", { signal: ended.signal })
    return Number(value)
  }
  return {
    bytes: await answer(),
    round: () => {
      child.send(millis)
      return answer()
    },
    stop: () => child.kill()
  }
}

interface Figures {
  readonly name: string
  readonly target: number | undefined
  /** Nanoseconds for one packet. */
  readonly nanos: Three<number>
  /** How many times as fast as the rival, by the median round. */
  readonly ratio: number
  readonly ratioWithoutBuffer: number
  readonly noise: number
  /** Bytes allocated for one packet. */
  readonly bytes: { readonly ours: number; readonly rival: number; readonly target: number | undefined }
  readonly met: boolean
  /** So far from its targets that other processes would not bring it below one of them. */
  readonly clear: boolean
  /** How many processes have measured it. */
  readonly processes: number
}

/** What is this many times as good as its target needs no second process. */
const clearMargin = 1.2

const measure = async (row: Case): Promise<Figures> => {
  const times: Array<Three<number>> = []
  const memory: Array<Three<number>> = []
  // What the compiler makes of a program differs from process to process, so one of them is not enough where it is close.
  for (;;) {
    const ours = await start(row, "ours")
    const withoutBuffer = await start(row, "withoutBuffer")
    const rival = await start(row, "rival")
    memory.push({ ours: ours.bytes, withoutBuffer: withoutBuffer.bytes, rival: rival.bytes })
    for (let round = 0; round < rounds; round++) {
      times.push({ ours: await ours.round(), withoutBuffer: await withoutBuffer.round(), rival: await rival.round() })
    }
    for (const contestant of [ours, withoutBuffer, rival]) contestant.stop()
    const figures = figuresOf(row, times, memory)
    if (figures.clear || figures.processes === processes) return figures
  }
}

const figuresOf = (
  row: Case,
  times: ReadonlyArray<Three<number>>,
  memory: ReadonlyArray<Three<number>>
): Figures => {
  const bytes = {
    ours: median(memory.map(({ ours }) => ours)),
    rival: median(memory.map(({ rival }) => rival)),
    target: row.allocationTarget
  }
  const ratios = times.map(({ ours, rival }) => rival / ours)
  const ratio = median(ratios)
  const ratioWithoutBuffer = median(times.map(({ rival, withoutBuffer }) => rival / withoutBuffer))
  const target = row.target ?? 0
  const bytesTarget = row.allocationTarget ?? Infinity
  const exceeds = (margin: number): boolean =>
    ratio >= target * margin && ratioWithoutBuffer >= target / 2 * margin && bytes.ours * margin <= bytesTarget
  return {
    name: row.name,
    target: row.target,
    nanos: {
      ours: median(times.map(({ ours }) => ours)),
      withoutBuffer: median(times.map(({ withoutBuffer }) => withoutBuffer)),
      rival: median(times.map(({ rival }) => rival))
    },
    ratio,
    ratioWithoutBuffer,
    noise: wavering(ratios),
    bytes,
    met: exceeds(1),
    clear: exceeds(clearMargin),
    processes: memory.length
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

const rows = all()
const chosen = rows.filter(({ name }) => words.every((word) => ` ${name} `.includes(word)))
if (chosen.length === 0) {
  console.error(`No row has all of these in its name: ${words.join(", ")}. There are:`)
  for (const { name } of rows) console.error(name)
  process.exit(2)
}
const machine = `Node ${process.versions.node}, ${availableParallelism()} x ${cpus()[0]?.model ?? "?"}`
console.log(`${machine}, load ${loadavg().map((value) => value.toFixed(1)).join(" ")}; against mqtt-packet 9.0.2`)
console.log(`median of ${rounds} alternating rounds in each of up to ${processes} processes, CPU time for one packet\n`)
console.log(line("", columns))
const figures: Array<Figures> = []
for (const row of chosen) {
  const result = await measure(row)
  figures.push(result)
  console.log(show(result))
}
const below = figures.filter(({ met }) => !met)
console.log(`\n${figures.length - below.length} of ${figures.length} rows meet their targets`)

const folder = join(import.meta.dirname, "..")
mkdirSync(folder, { recursive: true })
const file = join(folder, `codec-node${process.versions.node.split(".")[0]}.json`)
writeFileSync(
  file,
  JSON.stringify({ machine, load: loadavg(), processes, rounds, millis, figures }, undefined, 2) + "\n"
)
console.log(`written to ${file}`)
