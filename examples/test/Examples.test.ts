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

  it(
    "hand-managed-link.ts hears that its link is down, and makes the next one itself",
    { timeout: 60_000 },
    async () => {
      const { code, output } = await run("hand-managed-link.ts")
      assert.strictEqual(code, 0, output)
      const lines = [1, 2].flatMap((link) => [
        `link ${link} is up`,
        `meter/power: ${link}00 W`,
        `link ${link} is down: The server ended the connection (reason code 0x98)`
      ])
      assert.deepStrictEqual(output.trim().split("\n"), lines)
    }
  )

  it("events.ts calls back for pings, messages and the end", { timeout: 60_000 }, async () => {
    const { code, output } = await run("events.ts")
    assert.strictEqual(code, 0, output)
    assert.match(output, /^granted QoS 1\nping request\nping answer, \d+ ms$/m)
    assert.include(output, "got house/lamp, on, retained: false")
    assert.include(output, "down, reason code none")
    assert.match(output, /^closed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m)
  })

  it("statistics.ts counts what was done, forgets it, and asks a service", { timeout: 60_000 }, async () => {
    const { code, output } = await run("statistics.ts")
    assert.strictEqual(code, 0, output)
    assert.include(output, "50 publishes ok, 0 failed")
    assert.include(output, "1 of 1 pings answered, 1 connects tried")
    assert.include(output, "after the reset 0, as a metric 50")
    assert.include(output, "the time zone is UTC")
  })

  it("typed-topics.ts writes by codec and default, and reads typed values", { timeout: 60_000 }, async () => {
    const { code, output } = await run("typed-topics.ts")
    assert.strictEqual(code, 0, output)
    for (const line of ["home/hall/lamp = ON at QoS 1", "home/hall/window = no at QoS 0", "kitchen: 21.5 °C"]) {
      assert.include(output, line)
    }
    assert.match(output, /failed: the message is not valid: .* codec "boolean ON\/OFF"/)
  })

  it("web-server.ts publishes what it is asked for, and says what cannot be", { timeout: 60_000 }, async () => {
    const { code, output } = await run("web-server.ts")
    assert.strictEqual(code, 0, output)
    assert.deepStrictEqual(output.trim().split("\n"), [
      "PUT /lamps/hall/on: 204",
      "PUT /lamps/%23/on: 400",
      "house/hall/lamp is on"
    ])
  })

  it("roborock.ts sends the robot to the kitchen", { timeout: 60_000 }, async () => {
    const { code, output } = await run("roborock.ts")
    assert.strictEqual(code, 0, output)
    assert.include(output, "segment_cleaning")
    assert.match(output, /PNG of \d+ bytes/)
  })
})
