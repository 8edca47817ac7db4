/**
 * A Roborock session, here on the simulator: without `baseUrl`, and with your own credentials, the
 * same program runs on a real account. Run it with `pnpm tsx examples/roborock.ts`.
 */
import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import { NodeRoborock } from "@effect-mqtt/roborock/node"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"

const program = Effect.gen(function*() {
  const session = yield* RoborockSession.RoborockSession
  const account = yield* session.account
  yield* Effect.log(`home ${account.homeName ?? account.homeId}`)

  const vacuum = yield* session.device("Living room")
  yield* vacuum.state.changes.pipe(
    Stream.runForEach((state) => Effect.log(state.stateName, state.currentRoom)),
    Effect.forkScoped
  )

  const map = yield* vacuum.trait("map")
  const image = yield* map.png({ scale: 4 })
  yield* Effect.log(`the map is a PNG of ${image.length} bytes`)

  const cleaning = yield* vacuum.trait("cleaning")
  yield* cleaning.rooms(["Kitchen"], { repeat: 2 })
  yield* vacuum.state.changes.pipe(Stream.takeUntil((state) => state.activity === "cleaning"), Stream.runDrain)
  yield* cleaning.dock
}).pipe(Effect.scoped)

const SessionOnSimulator = Layer.unwrapEffect(
  Effect.map(
    Simulator.Simulator,
    ({ account, baseUrl }) =>
      NodeRoborock.layer({ baseUrl, credentials: { email: account.email, password: account.password } })
  )
).pipe(Layer.provide(NodeSimulator.layer()))

program.pipe(
  Effect.provide(SessionOnSimulator),
  Effect.catchTags({
    AuthError: (error) => Effect.logError("The account does not let us in.", error.message),
    ConnectError: (error) => Effect.logError("The cloud cannot be reached.", error.message)
  }),
  NodeRuntime.runMain
)
