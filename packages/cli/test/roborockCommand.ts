/** The `roborock` command on a simulated home, in memory and on the test clock. */
import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema, TestClock } from "effect"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"
import * as Roborock from "../src/Roborock.ts"
import { startOf, type Surroundings } from "./command.ts"

/** One home for all commands of a test, with a simulator to look behind them. */
export const home = (options: Simulator.Options = {}) =>
  Layer.unwrapEffect(
    Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
      RoborockSession.layer({ baseUrl, credentials: { email: account.email, password: account.password } }))
  ).pipe(
    Layer.provideMerge(Simulator.layer({ speed: 10, ...options })),
    Layer.provide(KeyValueStore.layerMemory)
  )

/** Lets the simulated time pass until something is done. */
export const whileTimePasses = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(self)
    for (let steps = 0; steps < 2000 && (yield* Fiber.poll(fiber))._tag === "None"; steps++) {
      yield* TestClock.adjust("500 millis")
    }
    return yield* Fiber.join(fiber)
  })

/** Runs the command to its end. */
export const run = (words: ReadonlyArray<string>, surroundings?: Surroundings) =>
  whileTimePasses(Effect.scoped(Effect.flatMap(startOf(Roborock.run)(words, surroundings), ({ ended }) => ended)))

/** What the command writes with `--json`, as documented and no more. */
export const jsonOf = <A, I>(schema: Schema.Schema<A, I>, words: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { code, err, out } = yield* run([...words, "--json"])
    assert.deepStrictEqual({ code, err }, { code: 0, err: [] }, words.join(" "))
    const decode = Schema.decodeUnknown(Schema.parseJson(schema), { onExcessProperty: "error" })
    return yield* Effect.forEach(out.trim().split("\n"), (line) => decode(line))
  })

const folder = fileURLToPath(new URL("golden", import.meta.url))

/** How much time passes until an answer is there depends on the machine; some ids are times. */
export const times = ["begin", "end", "updatedAt", "fetchedAt"]

/** As documented, and as it was the last time. */
export const golden = <A, I>(
  name: string,
  schema: Schema.Schema<A, I>,
  words: ReadonlyArray<string> = [name],
  varying: ReadonlyArray<string> = times
) =>
  Effect.flatMap(jsonOf(schema, words), (values) => {
    const written = JSON.stringify(values, (key, value: unknown) => varying.includes(key) ? "(varies)" : value, 2)
    return Effect.promise(() => expect(written).toMatchFileSnapshot(`${folder}/${name}.json`))
  })

/** What a person reads. */
export const text = (...words: ReadonlyArray<string>) =>
  Effect.map(run(words), ({ code, err, out }) => {
    assert.deepStrictEqual({ code, err }, { code: 0, err: [] }, words.join(" "))
    return out
  })

/** The sentence, where the command fails. */
export const failed = (...words: ReadonlyArray<string>) =>
  Effect.map(run(words), ({ code, err, out }) => {
    assert.deepStrictEqual({ out, count: err.length }, { out: "", count: 1 }, words.join(" "))
    return { code, line: err[0] }
  })

/** The robot is in its dock, with nothing left to do. */
export const untilDocked = Effect.gen(function*() {
  const { robots: [robot] } = yield* Simulator.Simulator
  yield* whileTimePasses(Effect.repeat(Effect.delay(robot.state, "1 second"), {
    until: ({ activity, task }) => activity === "Charging" && task === undefined
  }))
})
