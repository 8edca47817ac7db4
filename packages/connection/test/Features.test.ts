import { assert, describe, it } from "@effect/vitest"
import * as effect from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"

const root = new URL("../../../", import.meta.url)
const features = readFileSync(new URL("docs/features.md", root), "utf8")

interface Row {
  readonly id: string
  readonly api: string
  readonly shownBy: string
}

const rows: ReadonlyArray<Row> = Array.from(
  features.matchAll(/^\| ([B-E]\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm),
  ([, id = "", api = "", shownBy = ""]) => ({ id, api, shownBy })
)

const quoted = (text: string): ReadonlyArray<string> => Array.from(text.matchAll(/`([^`]+)`/g), ([, code = ""]) => code)

const sourcesUnder = (folder: string): ReadonlyArray<string> =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(new URL(`${folder}${file}`, root), "utf8"))

/** Every word of the sources, as a reader may find it there, and the modules of Effect. */
const words = new Set([
  ...Object.keys(effect),
  ...["packages/connection/src/", "packages/codec/src/"].flatMap(sourcesUnder)
    .flatMap((source) => source.match(/[A-Za-z]\w*/g) ?? [])
])

describe("the table of features", () => {
  it("has every row that people ask for", () => {
    const numbers: Record<string, number> = { B: 8, C: 11, D: 7, E: 11 }
    const wanted = Object.entries(numbers).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `${section}${index + 1}`)
    )
    assert.deepStrictEqual(rows.map(({ id }) => id), wanted)
  })

  it.each(rows)("$id names what there is", ({ api }) => {
    const named = quoted(api).filter((code) => !code.startsWith("@effect-mqtt/"))
    assert.isAbove(quoted(api).length, 0)
    for (const word of named.flatMap((code) => code.match(/[A-Za-z]\w*/g) ?? [])) {
      assert.isTrue(words.has(word), `${word} is nowhere in the sources`)
    }
  })

  it.each(rows)("$id is shown by a test or an example", ({ shownBy }) => {
    const files = quoted(shownBy)
    assert.isAbove(files.length, 0)
    for (const file of files) {
      const places = file.endsWith(".test.ts")
        ? [`packages/connection/test/${file}`, `packages/codec/test/${file}`]
        : [`examples/${file}`]
      assert.isTrue(places.some((place) => existsSync(new URL(place, root))), `${file} is nowhere`)
    }
  })
})
