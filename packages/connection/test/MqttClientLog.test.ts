import { Packet } from "@effect-mqtt/codec"
import type { MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Logger, LogLevel, TestClock } from "effect"
import { settle, start } from "./scriptedClient.ts"

/** What a client logs while a test plays its server: level, words, package and epoch. */
const logOf = <A, E, R>(
  play: (started: Effect.Effect.Success<ReturnType<typeof start>>) => Effect.Effect<A, E, R>,
  level: LogLevel.LogLevel = LogLevel.Info,
  overrides: Partial<MqttClient.Options> = {}
) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const logger = Logger.make(({ annotations, logLevel, message }) => {
      const words = Array.isArray(message) ? message.join(": ") : String(message)
      const [name, epoch] = ["package", "epoch"].map((key) => HashMap.unsafeGet(annotations, key))
      lines.push(`${logLevel.label} ${String(name)} ${String(epoch)} ${words}`)
    })
    yield* Effect.flatMap(start(overrides), play).pipe(
      Effect.scoped,
      Effect.provide([Logger.replace(Logger.defaultLogger, logger), Logger.minimumLogLevel(level)])
    )
    return lines.filter((line) => !line.startsWith("TRACE"))
  })

describe("the log of a client", () => {
  it.effect("has a loss with its reason and the link that ends the outage; what fails in between is for a closer look", () =>
    Effect.gen(function*() {
      const outage = ({ link, server }: Effect.Effect.Success<ReturnType<typeof start>>) =>
        Effect.gen(function*() {
          yield* link.close
          yield* settle
          yield* TestClock.adjust("1 second")
          const refused = yield* server.link
          yield* refused.expect("Connect")
          yield* refused.send(Packet.connAck({ reasonCode: 0x88 }))
          yield* settle
          yield* TestClock.adjust("2 seconds")
          yield* server.accept({ sessionPresent: true })
          yield* settle
        })
      const loss = "INFO connection 1 MQTT disconnected: There is no link to the server: The link was closed"
      const restored = "INFO connection 2 MQTT connected"
      assert.deepStrictEqual(yield* logOf(outage), [loss, restored])
      const lines = yield* logOf(outage, LogLevel.Debug)
      assert.deepStrictEqual(lines, ["DEBUG connection 1 MQTT connected", loss, lines[2], restored])
      assert.match(lines[2] ?? "", /^DEBUG connection 1 MQTT disconnected: The server is not available/)
    }))

  it.effect("has a loss that the client does not try to mend", () =>
    Effect.gen(function*() {
      const lines = yield* logOf(({ link }) =>
        Effect.zipRight(link.send(Packet.disconnect({ reasonCode: 0x8e })), settle)
      )
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", /^INFO connection 1 MQTT disconnected: .*another client/i)
    }))

  it.effect("has nothing of a link that its program replaces or closes", () =>
    Effect.gen(function*() {
      const lines = yield* logOf(({ client, server }) =>
        Effect.gen(function*() {
          const replacing = yield* Effect.fork(client.reconnect)
          yield* settle
          yield* TestClock.adjust("2 seconds")
          yield* server.accept({ sessionPresent: true })
          yield* Fiber.join(replacing)
          const closing = yield* Effect.fork(client.disconnect())
          yield* settle
          yield* TestClock.adjust("2 seconds")
          yield* Fiber.join(closing)
        })
      )
      assert.deepStrictEqual(lines, [])
    }))
})
