/**
 * One contestant of one row, in a process of its own: makes ready, tells what a packet takes in memory, and then runs a
 * round whenever it is asked for one.
 *
 *   contestant.js "decode PUBLISH 64 B v4 QoS 0" ours|withoutBuffer|rival
 */
import { all, type Case, type Run } from "./cases.ts"
import { bytesOf, calibrate, timeOf } from "./measuring.ts"
import type * as Subject from "./subject.ts"

const warmUpMillis = 250

const load = (): Promise<typeof Subject> => import(new URL("./subject.js", import.meta.url).href)

const loadWithoutBuffer = async (): Promise<typeof Subject> => {
  const { Buffer } = globalThis
  Reflect.deleteProperty(globalThis, "Buffer")
  try {
    return await load()
  } finally {
    globalThis.Buffer = Buffer
  }
}

const runOf = async (row: Case, contestant: string | undefined): Promise<Run> => {
  switch (contestant) {
    case "ours":
      return row.ours({ codec: await load(), hasBuffer: true })
    case "withoutBuffer":
      return row.ours({ codec: await loadWithoutBuffer(), hasBuffer: false })
    case "rival":
      return row.rival()
    default:
      throw new Error(`There is no contestant ${contestant}`)
  }
}

const [name, contestant] = process.argv.slice(2)
const row = all().find((row) => row.name === name)
if (row === undefined) throw new Error(`There is no row ${name}`)
const run = await runOf(row, contestant)
const runsInStretch = calibrate(run, warmUpMillis)
process.send?.(bytesOf(run) / row.packets)
process.on("message", (millis: number) => process.send?.(timeOf(run, runsInStretch, millis) / row.packets))
