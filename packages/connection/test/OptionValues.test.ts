import { MqttClient, MqttConnection, Reconnect, Responder, SessionStore, Transport } from "@effect-mqtt/connection"
import { FileSessionStore } from "@effect-mqtt/connection/node"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Option, Redacted, Stream } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { options, start } from "./scriptedClient.ts"

const sources = new URL("../src/", import.meta.url)

/** Every option of a client that is a number or a time, as its interface has it. */
const ofKind = (kind: string): ReadonlyArray<string> =>
  readdirSync(sources).filter((file) => file.endsWith(".ts")).flatMap((file) => {
    const source = readFileSync(new URL(file, sources), "utf8")
    const interfaces = source.match(/export interface \w*Options (?:extends Omit<ConnectionOptions[^{]*)?\{.*?\n\}/gs)
    return (interfaces ?? [])
      .filter((one) => /readonly (?:url|keepAlive)[?:]/.test(one) && !one.includes("interface ConfigOptions"))
      .flatMap((one) =>
        Array.from(one.matchAll(new RegExp(`readonly (\\w+)\\?: ${kind} \\| undefined`, "g")), ([, name = ""]) => name)
      )
  })

const numbers = ofKind("number")
const times = ofKind("Duration.DurationInput")

/** What nobody can mean, typed or not. */
const wrongNumbers = [Number.NaN, Infinity, -1, 1.5, "many"]
const wrongTimes = [Number.NaN, -1, "-1 second", "soon", [Number.NaN, 0], -1n]

const wrong: ReadonlyArray<readonly [string, unknown]> = [
  ...numbers.flatMap((name) => wrongNumbers.map((value) => [name, value] as const)),
  ...times.flatMap((name) => wrongTimes.map((value) => [name, value] as const))
]

/** The defect of what has no failure for it. */
const defect = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) ? Option.map(Cause.dieOption(exit.cause), String).pipe(Option.getOrUndefined) : undefined

describe("an option that makes no sense", () => {
  it("there are many to look at", () => {
    assert.isAtLeast(numbers.length, 11)
    assert.isAtLeast(times.length, 11)
  })

  it.effect("such as an identifier that no packet can hold, before a store names a session after it", () =>
    Effect.gen(function*() {
      const made = yield* Effect.flip(Effect.scoped(MqttClient.make({ ...options, clientId: "me\ud800" })))
      assert.deepInclude(made, { _tag: "ConnectError", reason: "InvalidEndpoint" })
      assert.include(made.message, "the option \"clientId\" has to be")
    }).pipe(
      Effect.provide(Layer.merge(
        Layer.succeed(Transport.Transport, { open: () => Effect.dieMessage("opened") }),
        Layer.provide(SessionStore.layerKeyValueStore(), KeyValueStore.layerMemory)
      ))
    ))

  it.effect("fails the constructors, typed, with its name, before anything is opened", () =>
    Effect.gen(function*() {
      for (const [name, value] of wrong) {
        const made = yield* Effect.either(Effect.scoped(MqttClient.make({ ...options, [name]: value })))
        assert.strictEqual(made._tag, "Left", `${name}: ${String(value)}`)
        if (made._tag === "Right") continue
        assert.deepInclude(made.left, { _tag: "ConnectError", reason: "InvalidEndpoint", retryable: false })
        assert.include(made.left.message, `the option "${name}" has to be`)
      }
      const single = yield* Effect.flip(MqttConnection.make({ ...options, keepAlive: Number.NaN, url: "mqtt://x" }))
      assert.include(single.message, "the option \"keepAlive\"")
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.succeed(Transport.Transport, { open: () => Effect.dieMessage("opened") }))
    ))

  it.effect("such as what no CONNECT can hold: no wire is opened that would fail first, nor for one given as an Effect", () =>
    Effect.gen(function*() {
      const will = { topic: "gone/#", payload: "" }
      const cases: ReadonlyArray<readonly [Partial<MqttClient.Options>, RegExp]> = [
        [{ will }, /wildcard/],
        [{ will: Effect.succeed(will) }, /wildcard/],
        [{ clientId: "me\u0000" }, /client identifier/],
        [{ protocolVersion: 4, password: Redacted.make("secret") }, /a password without a user name/]
      ]
      const makers = [
        (how: MqttClient.Options) => Effect.asVoid(MqttClient.make(how)),
        (how: MqttClient.Options) => Effect.asVoid(MqttConnection.make({ ...how, url: "mqtt://x" }))
      ]
      for (const [wrong, words] of cases) {
        for (const make of makers) {
          const error = yield* Effect.flip(Effect.scoped(make({ ...options, initialConnect: "retry", ...wrong })))
          assert.deepInclude(error, { _tag: "ConnectError", reason: "InvalidEndpoint", retryable: false })
          assert.match(error.message, words)
        }
      }
    }).pipe(
      Effect.provide(Layer.succeed(Transport.Transport, { open: () => Effect.dieMessage("opened") }))
    ))

  it.scoped("fails what takes it, typed, and nothing is sent", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const messages = Stream.make({ topic: "t", payload: "x" })
      const no = Number.NaN
      for (const inFlight of wrongNumbers) {
        const bad = { inFlight } as { readonly inFlight: number } // a program that is not typed
        const failed = yield* Effect.flip(Stream.run(messages, client.sink(bad)))
        assert.include(failed.message, "the option \"inFlight\"")
      }
      for (const qos of [3, -1, 1.5, no]) {
        const bad = { qos } as { readonly qos: 2 } // a program that is not typed
        const failed = yield* Effect.flip(client.publish("t", "x", bad))
        assert.strictEqual(failed.reason, "InvalidMessage", String(qos))
        assert.match(failed.message, /qos/i)
      }
      assert.strictEqual((yield* Effect.flip(client.request("t", "x", { timeout: no }))).reason, "InvalidRequest")
      const failures = [
        client.consume("t", () => Effect.void, { concurrency: no }),
        Stream.runDrain(client.subscribe("t", { bufferMessages: no })),
        Stream.runDrain(client.subscribe("t", { bufferBytes: no })),
        Effect.provideService(
          Responder.serve("t", () => Effect.succeed(""), { concurrency: no }),
          MqttClient.MqttClient,
          client
        )
      ]
      for (const failing of failures) assert.strictEqual((yield* Effect.flip(failing)).reason, "InvalidFilter")
      yield* Effect.fork(client.publish("last", "x"))
      assert.strictEqual((yield* link.expect("Publish")).topic, "last")
      yield* link.close
    }))

  it.effect("is a defect where there is no failure for it", () =>
    Effect.gen(function*() {
      const no = Number.NaN
      const built = <A>(layer: Layer.Layer<A>) => Effect.exit(Effect.scoped(Layer.build(layer)))
      const stores = [
        FileSessionStore.layer({ directory: "unused", maxBytes: no }),
        Layer.provide(SessionStore.layerKeyValueStore({ maxBytes: no }), KeyValueStore.layerMemory)
      ]
      for (const store of stores) assert.include(defect(yield* built(store)), "the option \"maxBytes\"")
      assert.throws(() => Reconnect.maxInterval(Reconnect.forever, no), "the option \"maxInterval\"")
      assert.throws(() => Reconnect.retries(Reconnect.forever, no), "the option \"retries\"")
      const { client, link } = yield* start()
      assert.include(defect(yield* Effect.exit(client.disconnect({ drain: no }))), "the option \"drain\"")
      assert.include(
        defect(yield* Effect.exit(client.disconnect({ sessionExpiry: -1 }))),
        "the option \"sessionExpiry\""
      )
      assert.strictEqual((yield* client.status.get)._tag, "Connected")
      yield* link.close
    }).pipe(Effect.scoped))
})

describe("a payload that is none, out of JSON or as an ArrayBuffer", () => {
  it.scoped.each([5, 1e12, true, {}, { length: 12 }, { length: 0.5 }, { length: -1 }, new ArrayBuffer(100)])(
    "%s is a defect of its publish, and no other's",
    (payload) =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const untyped = payload as never
        for (const qos of [0, 1] as const) {
          const publishing = client.publish("bad", untyped, { qos })
          assert.include(defect(yield* Effect.exit(publishing)), "A payload is a string or a Uint8Array")
          const sinking = Stream.run(Stream.make({ topic: "bad", payload: untyped, qos }), client.sink())
          assert.include(defect(yield* Effect.exit(sinking)), "A payload is a string or a Uint8Array")
        }
        // Long enough to be copied beside others.
        const filled = [1, 2].map((value) => new Uint8Array(100).fill(value))
        yield* Effect.forEach(filled, (bytes) => Effect.fork(client.publish("good", bytes, { qos: 1 })))
        const packets = yield* Effect.replicateEffect(link.expect("Publish"), 2)
        assert.deepStrictEqual(packets.map(({ payload }) => new Uint8Array(payload)), filled)
        yield* link.close
      })
  )
})
