import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Runs an example as a reader would, and gives what it printed. */
const run = (name: string) =>
  new Promise<{ readonly code: number | string; readonly output: string }>((resolve) => {
    const file = fileURLToPath(new URL(`../${name}`, import.meta.url))
    execFile(
      process.execPath,
      ["--import", "tsx", "--conditions=@effect-mqtt/source", file],
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: stdout + stderr })
    )
  })

const readings = ["kitchen/temperature: 21.5 °C", "kitchen/temperature: 21.7 °C", "kitchen/temperature: 22.1 °C"]

describe("examples", () => {
  it("packets.ts reads back what it wrote, and refuses what cannot be sent", { timeout: 60_000 }, async () => {
    const { code, output } = await run("packets.ts")
    assert.strictEqual(code, 0, output)
    assert.include(output, "clientId: 'meter'")
    assert.include(output, "topic: 'house/power'")
    assert.match(output, /PUBLISH refused .*section 3\.3\.2\.1/)
  })

  it("pub-sub.ts receives what it publishes through Mosquitto", { timeout: 60_000 }, async (context) => {
    const { code, output } = await run("pub-sub.ts")
    assert.strictEqual(code, 0, output)
    if (output.includes("skipped")) {
      console.warn("skipped without Mosquitto: examples/pub-sub.ts")
      context.skip()
    }
    for (const reading of readings) assert.include(output, reading)
  })

  it("test-layer.ts runs the same program in memory", { timeout: 60_000 }, async () => {
    const { code, output } = await run("test-layer.ts")
    assert.strictEqual(code, 0, output)
    for (const reading of readings) assert.include(output, reading)
    assert.include(output, "3 readings in no time")
  })

  it("custom-transport.ts runs the same program over a transport of its own", { timeout: 60_000 }, async () => {
    const { code, output } = await run("custom-transport.ts")
    assert.strictEqual(code, 0, output)
    assert.include(output, "3 readings over Web Streams")
  })

  it("callbacks.ts hears what is published until it stops listening", { timeout: 60_000 }, async () => {
    const { code, output } = await run("callbacks.ts")
    assert.strictEqual(code, 0, output)
    assert.deepStrictEqual(output.trim().split("\n"), [
      "house/door closed (retained)",
      "house/lamp on",
      "house/lamp, in a promise",
      "nobody listens any more"
    ])
  })

  it("consuming.ts polls, pulls, reads in parallel, and gets a letter again", { timeout: 60_000 }, async () => {
    const { code, output } = await run("consuming.ts")
    assert.strictEqual(code, 0, output)
    assert.deepStrictEqual(output.trim().split("\n"), [
      "poll: nothing, then 230",
      "QoS 1 and 2: door/front, window/attic",
      "in parallel: 20, 21",
      "unread: Dear reader",
      "again: Dear reader"
    ])
  })

  it("roborock.ts sends the robot to the kitchen", { timeout: 60_000 }, async () => {
    const { code, output } = await run("roborock.ts")
    assert.strictEqual(code, 0, output)
    assert.include(output, "segment_cleaning")
    assert.match(output, /PNG of \d+ bytes/)
  })
})
