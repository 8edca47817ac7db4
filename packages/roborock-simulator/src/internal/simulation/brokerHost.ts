import type { Broker } from "@effect-mqtt/broker/Broker"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as ScopedRef from "effect/ScopedRef"
import type { BrokerHost } from "../../Ground.ts"
import type { SimulatorError } from "../../SimulatorError.ts"

/** A broker, and whatever else belongs to it. */
interface Running {
  readonly broker: Broker["Type"]
}

/** The part of a `BrokerHost` that is the same everywhere, and what runs now. */
export interface EmbeddedHost<A extends Running> extends Omit<BrokerHost, "certificate" | "url"> {
  readonly current: Effect.Effect<A | undefined>
}

/** One embedded broker at a time; `run` makes it in the scope that stopping closes. It runs when this returns. */
export const makeEmbeddedHost = <A extends Running>(
  run: Effect.Effect<A, SimulatorError, Scope.Scope>
): Effect.Effect<EmbeddedHost<A>, SimulatorError, Scope.Scope> =>
  Effect.gen(function*() {
    const running = yield* ScopedRef.make<A | undefined>(() => undefined)
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const current = ScopedRef.get(running)
    let isOver = false
    const stop = ScopedRef.set(running, Effect.succeed(undefined))
    const start = Effect.flatMap(
      current,
      (some) => some === undefined && !isOver ? ScopedRef.set(running, run) : Effect.void
    )
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        isOver = true
        return oneAtATime(stop)
      })
    )
    yield* start
    return {
      current,
      start: oneAtATime(start),
      stop: oneAtATime(stop),
      disconnect: (username) =>
        Effect.gen(function*() {
          const broker = (yield* current)?.broker
          if (broker === undefined) return
          for (const client of yield* broker.clients) {
            if (client.username === username) yield* broker.disconnect(client.clientId)
          }
        })
    }
  })
