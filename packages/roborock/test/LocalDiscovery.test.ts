import { TransportError } from "@effect-mqtt/connection/MqttError"
import { DiscoveryBroadcast, LocalDiscovery, LocalNetwork } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Logger, LogLevel, Stream, TestClock } from "effect"

const robot = { duid: "abc123", ip: "192.0.2.5", version: "L01" } as const

describe("a port that cannot be opened", () => {
  it.scoped("is one line of the log, and is tried again", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, message }) => {
      lines.push(Cause.isEmpty(cause) ? String(message) : "a fiber that failed")
    })
    return Effect.gen(function*() {
      let tries = 0
      const bytes = DiscoveryBroadcast.encode(robot, 7)
      const network: LocalNetwork.LocalNetwork["Type"] = {
        isPresent: true,
        connect: () => Effect.never,
        datagrams: () =>
          Stream.suspend(() =>
            ++tries === 1
              ? Stream.fail(new TransportError({ reason: "Open" }))
              : Stream.concat(Stream.succeed({ bytes, from: robot.ip }), Stream.never)
          )
      }
      const { last } = yield* Effect.provideService(LocalDiscovery.make, LocalNetwork.LocalNetwork, network)
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(lines, 1, lines.join("\n"))
      assert.match(lines[0], /^no discovery on the home network: /)
      assert.isUndefined(yield* last(robot.duid))
      yield* TestClock.adjust("5 minutes")
      assert.deepInclude(yield* last(robot.duid), robot)
      assert.lengthOf(lines, 1, lines.join("\n"))
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)), Logger.withMinimumLogLevel(LogLevel.All))
  })
})
