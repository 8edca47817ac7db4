import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

/** The demo as a process of its own, as `pnpm demo` starts it. */
const demo = fileURLToPath(new URL("../../src/bin/demo.ts", import.meta.url))
let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "effect-mqtt-demo-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (...args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=@effect-mqtt/source", demo, ...args])
  let output = ""
  let onOutput = () => {}
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
    onOutput()
  }
  child.stdout.on("data", collect)
  child.stderr.on("data", collect)
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve))
  return {
    child,
    exited,
    output: () => output,
    until: (text: string) =>
      new Promise<void>((resolve) => {
        onOutput = () => output.includes(text) ? resolve() : undefined
        onOutput()
      })
  }
}

describe("the demo process", () => {
  it("finishes although the broker is stopped and started in the middle", { timeout: 90_000 }, async () => {
    const out = join(folder, "map.png")
    const { exited, output } = start("--outage", "--out", out)
    assert.strictEqual(await exited, 0, output())
    assert.include(output(), "The broker is back")
    // It tells of its links in its own words.
    assert.notInclude(output(), "MQTT")
    assert.include(output(), "The robot is back in its dock")
    assert.isTrue(existsSync(out))
  })

  it("says in one line what is wrong with its options, before anything starts", { timeout: 60_000 }, async () => {
    const unknown = start("--bogus")
    assert.strictEqual(await unknown.exited, 2)
    assert.match(unknown.output(), /^Unknown option '--bogus'.*--out FILE, --outage, --serve\n$/)
    const file = join(folder, "missing", "map.png")
    const unwritable = start("--out", file)
    assert.strictEqual(await unwritable.exited, 1)
    assert.strictEqual(unwritable.output(), `Cannot write the picture to ${file} (NotFound)\n`)
  })

  it("ends without a complaint when nobody reads its output anymore", { timeout: 60_000 }, async () => {
    const { child, exited, output, until } = start("--out", join(folder, "unread.png"))
    await until("Simulated cloud")
    child.stdout.destroy()
    assert.strictEqual(await exited, 0, output())
    assert.notInclude(output(), "EPIPE")
  })

  it("serves the page of a simulated home until it is interrupted", { timeout: 60_000 }, async () => {
    const { child, exited, output, until } = start("--serve")
    await until("http://")
    const [address = ""] = /http:\S+/.exec(output()) ?? []
    const page = await fetch(address)
    assert.include(await page.text(), "page/main.js")
    const events = await fetch(`${address}api/events`)
    child.kill("SIGINT")
    await exited
    assert.strictEqual(child.signalCode, null, output())
    assert.notInclude(output(), "Error")
    await events.body?.cancel().catch(() => undefined)
  })

  it("ends at once and cleanly when it is interrupted", { timeout: 60_000 }, async () => {
    const out = join(folder, "never.png")
    const { child, exited, output, until } = start("--out", out)
    await until("segment cleaning")
    child.kill("SIGINT")
    await exited
    assert.strictEqual(child.signalCode, null, output())
    assert.notInclude(output(), "Error")
    assert.isFalse(existsSync(out))
  })
})
