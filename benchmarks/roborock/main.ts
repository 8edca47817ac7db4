/**
 * Reads and draws the largest map of the shared test data, and prints both as ratios: reading to a plain copy of the
 * inflated bytes, drawing as PNG at scale 4 to the PNG library encoding a blank picture of that size.
 */
import { MapImage, RrMap } from "@effect-mqtt/roborock"
import * as Either from "effect/Either"
import { encode } from "fast-png"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { calibrate, median, timeOf, wavering } from "../codec/measuring.ts"

const number = (name: string, otherwise: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`))
  return given === undefined ? otherwise : Number(given.slice(name.length + 3))
}

const rounds = number("rounds", 15)
const millis = number("millis", 100)
const scale = 4

const folder = join(process.env["MQTT_TEST_DATA"] ?? "", "roborock/maps")
if (process.env["MQTT_TEST_DATA"] === undefined || !existsSync(folder)) {
  console.log("skipped without MQTT_TEST_DATA: the maps of robots are not part of this repository")
  process.exit(0)
}

const inflated = (path: string): Uint8Array => {
  const file = readFileSync(path)
  return new Uint8Array(path.endsWith(".gz") ? gunzipSync(file) : file)
}

const maps = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.rrmap(\.gz)?$/.test(path))
  .map((path) => ({ path, bytes: inflated(join(folder, path)) }))
  .flatMap(({ bytes, path }) => Either.isRight(RrMap.parse(bytes)) ? [{ path, bytes }] : [])
const [largest] = maps.sort((a, b) => b.bytes.length - a.bytes.length)
if (largest === undefined) throw new Error(`no map in ${folder}`)
const { bytes, path } = largest
const map = Either.getOrThrow(RrMap.parse(bytes))
const { height, width } = MapImage.draw(map, { scale })
const blank = new Uint8Array(width * height * 4)

const rows = [
  {
    name: "parse / copy of the bytes",
    most: 30,
    ours: () => Number(Either.isRight(RrMap.parse(bytes))),
    other: () => bytes.slice().length
  },
  {
    name: `PNG at scale ${scale} / blank PNG`,
    most: 3,
    ours: () => MapImage.png(map, { scale }).length,
    other: () => encode({ width, height, data: blank, channels: 4, depth: 8 }).length
  }
]

const machine = `Node ${process.versions.node}, ${availableParallelism()} x ${cpus()[0]?.model ?? "?"}`
console.log(`${machine}, load ${loadavg().map((value) => value.toFixed(1)).join(" ")}`)
console.log(
  `${path}: ${bytes.length} bytes inflated, ${width} x ${height} pixels; median of ${rounds} alternating rounds\n`
)
const columns = ["ratio", "at most", "noise", "µs", "µs other"]
const line = (name: string, cells: ReadonlyArray<string>) =>
  name.padEnd(30) + cells.map((cell) => cell.padStart(12)).join("")
console.log(line("", columns))

const figures = rows.map(({ most, name, other, ours }) => {
  const runs = { ours: calibrate(ours, 10 * millis), other: calibrate(other, 10 * millis) }
  const times = Array.from({ length: rounds }, () => ({
    ours: timeOf(ours, runs.ours, millis),
    other: timeOf(other, runs.other, millis)
  }))
  const ratios = times.map((time) => time.ours / time.other)
  const ratio = median(ratios)
  const nanos = { ours: median(times.map((time) => time.ours)), other: median(times.map((time) => time.other)) }
  const noise = wavering(ratios)
  console.log(
    line(name, [
      ratio.toFixed(1),
      most.toFixed(1),
      `±${(noise * 100).toFixed(0)} %`,
      (nanos.ours / 1000).toFixed(1),
      (nanos.other / 1000).toFixed(1)
    ]) + (ratio <= most ? "" : "  above")
  )
  return { name, ratio, most, noise, nanos, met: ratio <= most }
})
console.log(`\n${figures.filter(({ met }) => met).length} of ${figures.length} rows meet their targets`)

const out = join(import.meta.dirname, "..")
mkdirSync(out, { recursive: true })
const file = join(out, `roborock-node${process.versions.node.split(".")[0]}.json`)
const report = { machine, load: loadavg(), map: { path, bytes: bytes.length, width, height }, rounds, figures }
writeFileSync(file, JSON.stringify(report, undefined, 2) + "\n")
console.log(`written to ${file}`)
