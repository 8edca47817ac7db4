import { assert, it } from "@effect/vitest"
import { Effect, Logger, Redacted } from "effect"
import { makeFaults } from "../../../src/internal/simulation/faults.ts"
import { makeHomePresence } from "../../../src/internal/simulation/homePresence.ts"
import * as SimulatorError from "../../../src/SimulatorError.ts"

it.scoped("that a robot has no port is told with its name, and of which package that is", () => {
  const lines: Array<unknown> = []
  const logger = Logger.make(({ annotations }) => void lines.push(Object.fromEntries(annotations)))
  return Effect.gen(function*() {
    const presence = yield* makeHomePresence({
      identity: {
        duid: "d1",
        name: "Living room",
        localKey: Redacted.make("key123key123key1"),
        serialNumber: "1",
        shared: false,
        mqtt: { username: "robot", password: Redacted.make("secret") }
      },
      home: {
        addressOf: () => Effect.succeed("127.0.0.1"),
        listen: () => Effect.fail(new SimulatorError.SimulatorError({ reason: "Listen" })),
        broadcast: () => Effect.void
      },
      host: "127.0.0.1",
      version: "1.0",
      device: { handleLocal: () => Effect.succeed(undefined), tickLocal: Effect.succeed(undefined) },
      broadcastEvery: "5 seconds",
      faults: makeFaults(),
      quietTime: () => undefined,
      onAnswered: Effect.void
    })
    yield* Effect.fork(presence.run)
    yield* Effect.yieldNow()
    assert.deepStrictEqual(lines, [{ package: "roborock-simulator", device: "Living room" }])
  }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
})
