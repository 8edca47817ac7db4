import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { expect } from "vitest"
import * as RoborockOutput from "../src/RoborockOutput.ts"
import { home, run } from "./roborockCommand.ts"

/** What the command writes with `--json`, as documented and no more. */
const jsonOf = <A, I>(schema: Schema.Schema<A, I>, words: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { code, err, out } = yield* run([...words, "--json"])
    assert.deepStrictEqual({ code, err }, { code: 0, err: [] }, words.join(" "))
    const lines = out.trim().split("\n")
    for (const line of lines) {
      yield* Schema.decodeUnknown(Schema.parseJson(schema), { onExcessProperty: "error" })(line)
    }
    return `[\n${lines.map((line) => JSON.stringify(JSON.parse(line), null, 2)).join(",\n")}\n]\n`
  })

const golden = <A, I>(name: string, schema: Schema.Schema<A, I>, words: ReadonlyArray<string> = [name]) =>
  Effect.flatMap(
    jsonOf(schema, words),
    (json) => Effect.promise(() => expect(json).toMatchFileSnapshot(`golden/${name}.json`))
  )

describe("roborock --json", () => {
  it.effect("writes what is documented", () =>
    Effect.gen(function*() {
      yield* golden("devices", RoborockOutput.Devices)
      yield* golden("status", RoborockOutput.Status)
      yield* golden("rooms", RoborockOutput.Rooms)
      yield* golden("clean", RoborockOutput.Cleaning, ["clean", "kitchen", "BATHROOM", "--repeat", "2"])
    }).pipe(Effect.provide(home())))
})
