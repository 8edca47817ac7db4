import { assert, describe, it } from "@effect/vitest"
import { Array, Cause, Effect, Exit, Fiber, Option, Scope } from "effect"
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

  it.scoped("ends who asks with the reason that it ends with, wherever that has got to", () =>
    Effect.gen(function*() {
      for (const [steps, turns] of Array.cartesian(Array.range(10, 60), Array.range(0, 8))) {
        const scope = yield* Scope.make()
        const requester = make(
          { publish: () => Effect.never, subscribe: () => Effect.never, stopped: () => undefined },
          { requestTimeout: 1000, maxRequests: 2 },
          scope
        )
        const handle = requester.requestHandle("ask", "", { correlation: byProperties("answers") })
        const asking = yield* Effect.fork(Effect.exit(Effect.scoped(Effect.withMaxOpsBeforeYield(handle, steps))))
        yield* Effect.repeatN(Effect.yieldNow(), turns)
        yield* Scope.close(scope, Exit.void)
        const exit = Exit.flatten(yield* Fiber.await(asking))
        if (!Exit.isFailure(exit)) return assert.fail(`a handle after ${turns} turns of ${steps} steps`)
        const reason = Option.map(Cause.failureOption(exit.cause), (error) => error.reason)
        assert.deepStrictEqual(reason, Option.some("Closed"), `after ${turns} turns of ${steps} steps`)
      }
    }))
})
