import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Scope } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { Broker } from "../../src/index.ts"
import { NodeBroker } from "../../src/node/index.ts"

const arePresent = ["mosquitto_sub", "mosquitto_pub"].every((name) => spawnSync(name, ["--help"]).error === undefined)

if (!arePresent) console.warn("skipped without mosquitto-clients: programs of others against the broker")

/** What the program prints, and how it ends. */
const run = (
  name: string,
  args: ReadonlyArray<string>
): Effect.Effect<{ readonly code: number | null; readonly output: string }, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(name, args)),
    (child) => Effect.sync(() => child.kill())
  ).pipe(Effect.flatMap((child) =>
    Effect.async((resume) => {
      let output = ""
      child.stdout.on("data", (chunk: Buffer) => output += chunk.toString())
      child.on("close", (code) => resume(Effect.succeed({ code, output })))
    })
  ))

describe.skipIf(!arePresent)("mosquitto_pub and mosquitto_sub", () => {
  it.scopedLive.each(["mqttv311", "mqttv5"])("%s: retained, QoS 2, credentials", (version) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authenticate: ({ username }) => username === "alice" })
      const { port } = yield* NodeBroker.listenTcp(broker)
      const common = ["-h", "127.0.0.1", "-p", `${port}`, "-V", version, "-u", "alice", "-P", "secret"]
      const publishing = (...args: ReadonlyArray<string>) => run("mosquitto_pub", [...common, ...args])
      assert.strictEqual((yield* publishing("-t", "room/a", "-m", "kept", "-r", "-q", "1")).code, 0)
      const subscribing = yield* Effect.fork(
        run("mosquitto_sub", [...common, "-t", "room/#", "-q", "2", "-C", "3", "-F", "%t %q %r %p"])
      )
      yield* broker.awaitSubscription("room/#")
      assert.strictEqual((yield* publishing("-t", "room/b", "-m", "twice", "-q", "2")).code, 0)
      yield* publishing("-t", "room/c", "-m", "last", "-q", "0")
      const { code, output } = yield* subscribing
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(output.trim().split("\n"), ["room/a 1 1 kept", "room/b 2 0 twice", "room/c 0 0 last"])
    }))

  it.scopedLive("wrong credentials are refused", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authenticate: () => false })
      const { port } = yield* NodeBroker.listenTcp(broker)
      const publish = (version: string) =>
        run("mosquitto_pub", ["-h", "127.0.0.1", "-p", `${port}`, "-V", version, "-t", "t", "-m", "x"])
      assert.notStrictEqual((yield* publish("mqttv5")).code, 0)
      assert.notStrictEqual((yield* publish("mqttv311")).code, 0)
    }))

  it.scopedLive("a shared subscription shares", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { port } = yield* NodeBroker.listenTcp(broker)
      const common = ["-h", "127.0.0.1", "-p", `${port}`, "-V", "mqttv5"]
      const member = run("mosquitto_sub", [...common, "-t", "$share/g/jobs", "-q", "1", "-C", "5"])
      const members = yield* Effect.fork(Effect.all([member, member], { concurrency: 2 }))
      yield* Effect.iterate(0, {
        while: (subscriptions) => subscriptions < 2,
        body: () => Effect.delay(Effect.map(broker.stats, ({ subscriptions }) => subscriptions), "5 millis")
      })
      for (let job = 0; job < 10; job++) yield* broker.publish({ topic: "jobs", payload: `${job}`, qos: 1 })
      const outputs = (yield* members).map(({ output }) => output.trim().split("\n"))
      assert.sameMembers(outputs.flat(), Array.from({ length: 10 }, (_, job) => `${job}`))
    }))
})
