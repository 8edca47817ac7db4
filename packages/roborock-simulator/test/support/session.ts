import { RoborockSession } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { Simulator } from "../../src/index.ts"

const session = Layer.unwrapEffect(
  Effect.map(
    Simulator.Simulator,
    ({ account: { email, password }, baseUrl }) => RoborockSession.layer({ credentials: { email, password }, baseUrl })
  )
)

/** Runs to its end while the time goes on, in steps of a second. */
export const whileTimePasses = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(program)
    while ((yield* Fiber.poll(fiber))._tag === "None") yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

/** A program with our own client on a simulator in memory, whose time passes by itself. */
export const withSession = <A, E>(
  options: Simulator.Options,
  program: Effect.Effect<A, E, RoborockSession.RoborockSession | Simulator.Simulator>
) =>
  whileTimePasses(program.pipe(
    Effect.provide(
      Layer.provide(session, KeyValueStore.layerMemory).pipe(Layer.provideMerge(Simulator.layer(options)))
    )
  ))
