import { assert, describe, it } from "@effect/vitest"
import { readFile } from "node:fs/promises"

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8")

describe("README", () => {
  it("shows the test that runs among the examples", async () => {
    const [readme, test] = await Promise.all([read("../README.md"), read("../../../examples/test/TestKit.test.ts")])
    assert.include(readme, `\`\`\`ts\n${test}\`\`\``)
  })
})
