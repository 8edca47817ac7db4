import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const file = fileURLToPath(new URL("../scale-out/main.ts", import.meta.url))

describe("scale-out/main.ts", () => {
  it(
    "loses nothing when one of the workers on a shared subscription is killed",
    { timeout: 120_000 },
    async (context) => {
      const output = await new Promise<string>((resolve) =>
        execFile(
          process.execPath,
          ["--import", "tsx", "--conditions=@effect-mqtt/source", file, "mosquitto", "--messages=500", "--faults"],
          (_, stdout, stderr) => resolve(stdout + stderr)
        )
      )
      if (output.includes("skipped")) {
        console.warn("skipped without Mosquitto: examples/scale-out")
        context.skip()
      }
      assert.match(output, /mosquitto with faults, 4 workers: \d+ messages\/s, 0 lost/)
    }
  )
})
