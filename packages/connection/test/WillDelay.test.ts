import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, TestClock } from "effect"
import { settle, start } from "./scriptedClient.ts"

describe("the delay of a will", () => {
  it.scoped.each([["longer than the session", 7200, 1], ["as long as the session", 3600, 0]] as const)(
    "%s: warned of once, whatever the number of links",
    ([, willDelayInterval, expected]) =>
      Effect.gen(function*() {
        const logged: Array<string> = []
        const logger = Logger.make(({ logLevel, message }) => {
          if (logLevel.label === "WARN") logged.push(String(message))
        })
        yield* Effect.gen(function*() {
          const { link, server } = yield* start({
            will: { topic: "t", payload: "gone", properties: { willDelayInterval } },
            sessionExpiry: "1 hour"
          })
          assert.strictEqual(link.connect.will?.properties?.willDelayInterval, willDelayInterval)
          yield* link.close
          yield* settle
          yield* TestClock.adjust("1 second")
          yield* server.accept({ sessionPresent: true })
        }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
        assert.lengthOf(logged.filter((line) => line.includes("longer delay than the session")), expected)
      })
  )
})
