import type * as Broker from "@effect-mqtt/broker/Broker"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as ScopedRef from "effect/ScopedRef"
import type { BrokerHost } from "../../Ground.ts"
import type { SimulatorError } from "../../SimulatorError.ts"

export type Running = Broker.Broker["Type"]

/** The part of a `BrokerHost` that is the same everywhere, and the broker that runs now. */
export interface EmbeddedHost extends Omit<BrokerHost, "url"> {
  readonly current: Effect.Effect<Running | undefined>
}

/** One embedded broker at a time; `run` makes it in the scope that stopping closes. It runs when this returns. */
export const makeEmbeddedHost = (
  run: Effect.Effect<Running, SimulatorError, Scope.Scope>
): Effect.Effect<EmbeddedHost, SimulatorError, Scope.Scope> =>
  Effect.gen(function*() {
    const running = yield* ScopedRef.make<Running | undefined>(() => undefined)
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const current = ScopedRef.get(running)
    const start = Effect.flatMap(current, (broker) => broker === undefined ? ScopedRef.set(running, run) : Effect.void)
    yield* start
    return {
      current,
      start: oneAtATime(start),
      stop: oneAtATime(ScopedRef.set(running, Effect.succeed(undefined))),
      disconnect: (username) =>
        Effect.gen(function*() {
          const broker = yield* current
          if (broker === undefined) return
          for (const client of yield* broker.clients) {
            if (client.username === username) yield* broker.disconnect(client.clientId)
          }
        })
    }
  })
