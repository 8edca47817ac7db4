import { MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Effect, Fiber, Option, Stream } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"

interface Failure {
  readonly cause?: unknown
}

/** Each of them fails in the same way whenever it runs. */
const failures: Record<string, Effect.Effect<Failure, unknown, Scope.Scope>> = {
  "a client that was closed": Effect.gen(function*() {
    const { client, link } = yield* start()
    const closing = yield* Effect.fork(client.disconnect())
    yield* link.expect("Disconnect")
    yield* link.close
    yield* Fiber.join(closing)
    return yield* Effect.flip(client.ping)
  }),
  "a link that the program replaces": Effect.gen(function*() {
    const { client, link } = yield* start()
    const errors = Stream.filterMap(
      client.status.changes,
      (status) => status._tag === "Disconnected" ? Option.some(status.error) : Option.none()
    )
    const disconnected = yield* Effect.fork(Stream.runHead(errors))
    yield* settle
    yield* Effect.fork(client.reconnect)
    yield* link.expect("Disconnect")
    yield* link.close
    return yield* Effect.flatten(Fiber.join(disconnected))
  }),
  "re-authentication without a mechanism": Effect.flatMap(start(), ({ client }) => Effect.flip(client.reauthenticate)),
  "a sink without a window": Effect.flatMap(
    start(),
    ({ client }) => Effect.flip(Stream.run(Stream.empty, client.sink({ inFlight: 0 })))
  ),
  "a request that nothing would correlate": Effect.flatMap(
    start({}, {}, 4),
    ({ client }) => Effect.flip(client.request("ask", ""))
  ),
  "a list without URLs": Effect.flatMap(
    Scripted.make(),
    ({ layer }) => Effect.flip(Effect.provide(MqttClient.make({ ...options, url: [] }), layer))
  )
}

describe("each event has an error of its own, which others cannot change", () => {
  for (const [name, failing] of Object.entries(failures)) {
    it.scoped(name, () =>
      Effect.gen(function*() {
        const one = yield* failing
        const other = yield* failing
        assert.deepStrictEqual(one, other)
        assert.notStrictEqual(one, other)
        if (one.cause !== undefined) assert.notStrictEqual(one.cause, other.cause)
      }))
  }
})
