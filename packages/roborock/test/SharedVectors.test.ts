import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { vectorCases } from "./vectors.ts"

const root = process.env["MQTT_TEST_DATA"]
const here = import.meta.dirname

const sources = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => readFileSync(join(here, path), "utf8"))
  .join("\n")

const names = root === undefined
  ? []
  : readdirSync(join(root, "roborock/vectors"))
    .map((file) => file.replace(/\.json$/, ""))
    .filter((name) => name !== "README")

describe.skipIf(names.length === 0)("shared vectors", () => {
  it("each file of them is read by a test, which goes through all its cases", () => {
    assert.deepStrictEqual(names.filter((name) => !sources.includes(`"${name}"`)), [])
    const cases = names.map((name) => vectorCases(name)?.length ?? 0)
    console.info(`${cases.reduce((sum, count) => sum + count, 0)} cases in ${names.length} files of shared vectors`)
    assert.notInclude(cases, 0)
  })
})
