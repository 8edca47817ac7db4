/**
 * Measures every row in alternating rounds, each client in a process of its own, and prints ratios to MQTT.js. A run that
 * fails costs its row, not the table; the file is written after each row.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { join } from "node:path"
import { browserBundle } from "./browserBundle.ts"
import { type Figures, figuresOf, showFigures, showVerdict, type Verdict, verdictsOf } from "./figures.ts"
import { keepAwake, startMosquitto, startStub } from "./processes.ts"
import { type Row, rows } from "./rows.ts"
import { contestantsOf, type Sample, sampleOf } from "./sampling.ts"

const number = (name: string, otherwise: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`))
  return given === undefined ? otherwise : Number(given.slice(name.length + 3))
}

const rounds = number("rounds", 3)
/** A busy machine gets fewer rounds of what is left, so that the table ends in time. */
const minutes = number("minutes", 13)
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const isChosen = (name: string): boolean => words.every((word) => ` ${name} `.includes(word))

interface Result {
  readonly name: string
  readonly row?: Row
  readonly rounds: number
  readonly figures: ReadonlyArray<Figures>
  readonly verdicts: ReadonlyArray<Verdict>
  readonly failure?: string
}

const chosen = rows.filter(({ name }) => isChosen(name))
if (chosen.length === 0 && !isChosen("browser bundle")) {
  console.error(`No row has all of these in its name: ${words.join(", ")}. There are:`)
  for (const { name } of [...rows, { name: "browser bundle" }]) console.error(name)
  process.exit(2)
}
const awake = await keepAwake()
const stub = await startStub()
const mosquitto = chosen.some(({ server }) => server === "mosquitto") ? await startMosquitto() : undefined
const machine = `Node ${process.versions.node}, ${availableParallelism()} x ${cpus()[0]?.model ?? "?"}`
const load = () => loadavg().map((value) => Number(value.toFixed(1)))
const started = performance.now()
console.log(`${machine}, load ${load().join(" ")}; against MQTT.js 5.16`)
console.log(awake.isAwake ? "the processors are kept awake" : "the processors may fall asleep: there is no chrt here")
console.log(`medians of ${rounds} alternating rounds, 64 B payloads, loopback\n`)

const results: Array<Result> = []
const folder = join(import.meta.dirname, "..")
mkdirSync(folder, { recursive: true })
const file = join(folder, `client-node${process.versions.node.split(".")[0]}.json`)

const add = (result: Result): void => {
  results.push(result)
  console.log(result.name)
  const { row } = result
  if (row !== undefined) { for (const figures of result.figures) console.log(showFigures(row, figures)) }
  for (const verdict of result.verdicts) console.log(showVerdict(verdict))
  if (result.failure !== undefined) console.log(`  ${result.failure}`)
  console.log("")
  writeFileSync(file, JSON.stringify({ machine, load: load(), rounds, results }, undefined, 2) + "\n")
}

/** Whether there is time for another round of the row, if each of them takes its part. */
const hasTime = (index: number): boolean => performance.now() - started < minutes * 60_000 * (index + 1) / chosen.length

const reasonOf = (error: unknown): string => `failed: ${error instanceof Error ? error.message : String(error)}`

const measure = async (row: Row, index: number): Promise<Result> => {
  const contestants = contestantsOf(row)
  const samples = contestants.map((): Array<Sample> => [])
  const result = (): Result => {
    const figures = contestants.flatMap(({ name }, at) =>
      samples[at].length === 0 ? [] : [figuresOf(row, name, samples[at])]
    )
    const verdicts = row.targets.flatMap((target) => verdictsOf(target, figures))
    return { name: row.name, row, rounds: Math.min(...samples.map(({ length }) => length)), figures, verdicts }
  }
  const broker = row.server === "mosquitto" ? mosquitto : { port: stub.port }
  if (broker === undefined) return { ...result(), failure: "skipped: mosquitto is not installed" }
  try {
    for (let round = 0; round < rounds && (round === 0 || hasTime(index)); round++) {
      for (const [at, contestant] of contestants.entries()) {
        samples[at].push(await sampleOf(row, contestant, stub, broker))
      }
    }
    return result()
  } catch (error) {
    return { ...result(), failure: reasonOf(error) }
  }
}

const bundles = (): ReadonlyArray<Result> => {
  const rest = { rounds: 1, figures: [] }
  try {
    return browserBundle().map(({ name, verdict }) => ({ ...rest, name, verdicts: [verdict] }))
  } catch (error) {
    return [{ ...rest, name: "browser bundle", verdicts: [], failure: reasonOf(error) }]
  }
}

try {
  for (const [index, row] of chosen.entries()) add(await measure(row, index))
  if (isChosen("browser bundle")) { for (const result of bundles()) add(result) }
} finally {
  awake.stop()
  stub.stop()
  await mosquitto?.stop()
}

console.log(`in short, after ${((performance.now() - started) / 60_000).toFixed(1)} min:`)
for (const { name, verdicts } of results) {
  for (const verdict of verdicts) console.log(`${name.padEnd(46)}${showVerdict(verdict)}`)
}
const verdicts = results.flatMap((result) => result.verdicts)
const failures = results.filter(({ failure }) => failure !== undefined)
console.log(`${verdicts.filter(({ met }) => met).length} of ${verdicts.length} targets are met`)
for (const { failure, name } of failures) console.log(`${name} ${failure}`)
console.log(`written to ${file}`)
process.exitCode = failures.length === 0 ? 0 : 1
