import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import type { Surroundings } from "./command.ts"
import { broker, run } from "./command.ts"

/** A broker that refuses whoever comes first. */
const reluctant = Effect.suspend(() => {
  let asked = 0
  return broker({ authenticate: () => Effect.sync(() => ++asked > 1 || "BadCredentials") })
})

const usual = Clock.make()

/** The pause between two tries is over at once. Time limits are what they are: nobody knows how slow the machine is. */
const hasty = Object.assign(Clock.make(), {
  sleep: (duration: Duration.Duration) =>
    Duration.equals(duration, Duration.seconds(5)) ? Effect.void : usual.sleep(duration)
})

const toItsEnd = (words: ReadonlyArray<string>, surroundings?: Surroundings) =>
  Effect.withClock(run([...words, "--reconnect", "always"], surroundings), hasty)

describe("mqtt --max-reconnect-delay", () => {
  it.live("limits each pause", () =>
    Effect.gen(function*() {
      // Without it these take four seconds at least.
      const words = ["sub", "-h", "127.0.0.1", "-p", "1", "-t", "t", "--quiet", "--max-reconnects", "8"]
      const ended = yield* Effect.timeout(run([...words, "--max-reconnect-delay", "0.01"]), "3 seconds")
      assert.strictEqual(ended.code, 1)
    }))
})

describe("mqtt --reconnect always", () => {
  it.scopedLive("publishes what was read of standard input before the first try", () =>
    Effect.gen(function*() {
      const { at, server } = yield* reluctant
      const seen: Array<string> = []
      yield* server.observe("t", ({ payload }) => void seen.push(new TextDecoder().decode(payload)))
      const words = ["pub", ...at, "-t", "t", "-s", "-q", "1"]
      const { code, err } = yield* toItsEnd(words, { stdin: "reading" })
      assert.strictEqual(code, 0)
      assert.lengthOf(err, 1)
      assert.deepStrictEqual(seen, ["reading"])
    }))

  it.scopedLive.each<[string, ReadonlyArray<string>]>([
    ["pub", ["-t", "t", "-n"]],
    ["sub", ["-t", "t", "-E"]],
    ["conn", []]
  ])("%s warns of a password in the list of processes once", ([name, words]) =>
    Effect.gen(function*() {
      const { at } = yield* reluctant
      const { code, err } = yield* toItsEnd([name, ...at, ...words, "-u", "u", "-P", "p"])
      assert.strictEqual(code, 0)
      assert.lengthOf(err.filter((line) => line.startsWith("Warning:")), 1)
    }))
})
