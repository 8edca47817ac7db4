/** How long it took until all was well again, by kind of fault. */
import type { Kind } from "./fault.ts"
import { kinds } from "./fault.ts"

export interface Recovery {
  readonly kind: Kind
  readonly millis: number
}

const seconds = (millis: number | undefined) => millis === undefined ? "-" : `${(millis / 1000).toFixed(2)} s`

const row = (name: string, faults: number, millis: ReadonlyArray<number>) => {
  const sorted = [...millis].sort((a, b) => a - b)
  return [name, `${faults}`, seconds(sorted[Math.floor(sorted.length / 2)]), seconds(sorted.at(-1))]
}

/** A table in Markdown. */
export const table = (struck: ReadonlyArray<Kind>, recoveries: ReadonlyArray<Recovery>): string => {
  const timesOf = (wanted: (kind: Kind) => boolean) =>
    recoveries.filter(({ kind }) => wanted(kind)).map(({ millis }) => millis)
  const rows = [
    ["fault", "times", "back after, median", "worst"],
    ["---", "---", "---", "---"],
    ...kinds.map((kind) => row(kind, struck.filter((each) => each === kind).length, timesOf((each) => each === kind))),
    row("all", struck.length, timesOf(() => true))
  ]
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}
