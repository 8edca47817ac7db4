import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { FileSystem, KeyValueStore, Path, Terminal } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer, TestClock } from "effect"
import { Demo } from "../src/index.ts"

/** What was printed and written, on a terminal or not. */
const capture = (isTTY: boolean) => {
  const printed: Array<string> = []
  const files = new Map<string, Uint8Array>()
  const terminal = Layer.succeed(
    Terminal.Terminal,
    Terminal.Terminal.of({
      columns: Effect.succeed(80),
      rows: Effect.succeed(24),
      isTTY: Effect.succeed(isTTY),
      readInput: Effect.never,
      readLine: Effect.never,
      display: (text) => Effect.sync(() => void printed.push(text))
    })
  )
  const fileSystem = FileSystem.layerNoop({
    exists: (path) => Effect.succeed(files.has(path)),
    access: () => Effect.void,
    writeFile: (path, data) => Effect.sync(() => void files.set(path, data))
  })
  return { printed, files, layer: Layer.mergeAll(terminal, fileSystem, Path.layer) }
}

const SessionOnSimulator = Layer.unwrapEffect(
  Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
    RoborockSession.layer({
      baseUrl,
      credentials: { email: account.email, password: account.password },
      poll: { active: "5 seconds", idle: "30 seconds" }
    }))
).pipe(Layer.provideMerge(Simulator.layer({ speed: 10 })), Layer.provide(KeyValueStore.layerMemory))

/** Lets the simulated time pass until the demo is over. */
const runToEnd = (options: Demo.Options, output: ReturnType<typeof capture>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(Demo.run(options))
    for (let seconds = 0; seconds < 600 && (yield* Fiber.poll(fiber))._tag === "None"; seconds++) {
      yield* TestClock.adjust("1 second")
    }
    return yield* Fiber.join(fiber)
  }).pipe(
    Effect.provide([SessionOnSimulator, output.layer]),
    // Whoever runs the tests may have switched colours off.
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))
  )

describe("Demo", () => {
  it.effect("cleans the rooms, says what happens, and writes the map", () =>
    Effect.gen(function*() {
      const output = capture(false)
      yield* runToEnd({ out: "/tmp/demo/map.png" }, output)
      const lines = output.printed.join("").split("\n")
      assert.isTrue(lines.some((line) => line.includes("not supported")))
      assert.isTrue(lines.some((line) => line.includes("segment cleaning") && line.includes("Kitchen")))
      assert.isTrue(lines.some((line) => line.includes("segment cleaning") && line.includes("Bathroom")))
      assert.isTrue(lines.some((line) => line.includes("100 %  charging")))
      const png = output.files.get("/tmp/demo/map.png")
      assert.deepStrictEqual([...png?.subarray(1, 4) ?? []], [0x50, 0x4e, 0x47])
      assert.notInclude(output.printed.join(""), "\u001b")
    }))

  it.effect("finishes although the broker was away in the middle", () =>
    Effect.gen(function*() {
      const output = capture(false)
      yield* runToEnd({ outage: true }, output)
      const text = output.printed.join("")
      const order = ["The broker is stopped", "The broker is back", "100 %  charging", "The map is in"]
      const positions = order.map((part) => text.indexOf(part))
      assert.notInclude(positions, -1)
      assert.deepStrictEqual(positions, [...positions].sort((one, other) => one - other))
    }))

  it.effect("keeps the bar in one line of a terminal", () =>
    Effect.gen(function*() {
      const output = capture(true)
      yield* runToEnd({}, output)
      const redraws = output.printed.filter((text) => text.startsWith("\r\u001b[2K["))
      assert.isAbove(redraws.length, 5)
      assert.strictEqual(redraws.filter((text) => text.endsWith("\n")).length, 1)
    }))
})
