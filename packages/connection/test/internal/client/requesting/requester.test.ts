import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber } from "effect"
import { byProperties } from "../../../../src/internal/client/requesting/correlation.ts"
import { make } from "../../../../src/internal/client/requesting/requester.ts"

describe("the subscription that responses come on", () => {
  it.scoped("is one for requests that begin together, wherever their fibers yield", () =>
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      for (const steps of Array.range(10, 80)) {
        let subscriptions = 0
        const requester = make(
          {
            publish: () => Effect.never,
            subscribe: () => Effect.zipRight(Effect.sync(() => subscriptions++), Effect.never),
            stopped: () => undefined
          },
          { requestTimeout: 1000, maxRequests: 2 },
          scope
        )
        const request = requester.request("ask", "", { correlation: byProperties("answers") })
        const both = yield* Effect.fork(
          Effect.withMaxOpsBeforeYield(Effect.all([request, request], { concurrency: 2 }), steps)
        )
        yield* Effect.repeatN(Effect.yieldNow(), 100)
        yield* Fiber.interrupt(both)
        assert.strictEqual(subscriptions, 1, `yielding after ${steps} steps`)
      }
    }))
})
