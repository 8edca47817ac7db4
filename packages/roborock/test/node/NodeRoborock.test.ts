import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import { NodeRoborock } from "@effect-mqtt/roborock/node"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Redacted, Stream } from "effect"

/** The program of the README. */
const program = Effect.gen(function*() {
  const session = yield* RoborockSession.RoborockSession
  const account = yield* session.account
  const vacuum = yield* session.device("Living room")
  yield* vacuum.state.changes.pipe(
    Stream.runForEach((s) => Effect.logDebug(s.stateName, s.currentRoom)),
    Effect.forkScoped
  )
  const map = yield* vacuum.trait("map")
  const image = yield* map.png({ scale: 4 })
  const cleaning = yield* vacuum.trait("cleaning")
  yield* cleaning.rooms(["Kitchen"], { repeat: 2 })
  const state = yield* vacuum.state.changes.pipe(
    Stream.filter(({ activity }) => activity === "cleaning"),
    Stream.runHead
  )
  return { account, image, state }
}).pipe(Effect.scoped)

describe("layer", () => {
  it.live("runs the first program on real sockets", () =>
    Effect.gen(function*() {
      const { account: { email, homeName, password }, baseUrl } = yield* Simulator.Simulator
      const { account, image, state } = yield* Effect.provide(
        program,
        NodeRoborock.layer({ credentials: { email, password }, baseUrl })
      )
      assert.strictEqual(account.homeName, homeName)
      assert.deepStrictEqual([...image.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47])
      assert.strictEqual(state._tag, "Some")
    }).pipe(Effect.provide(NodeSimulator.layer())))

  it.live("fails typed, and both kinds can be caught by tag", () =>
    Effect.gen(function*() {
      const { account: { email }, baseUrl } = yield* Simulator.Simulator
      const outcome = (baseUrl: string) =>
        program.pipe(
          Effect.as("none"),
          Effect.provide(
            NodeRoborock.layer({
              credentials: { email, password: Redacted.make("wrong") },
              baseUrl,
              apiTimeout: "5 seconds"
            })
          ),
          Effect.catchTags({
            AuthError: ({ reason }) => Effect.succeed(reason),
            ConnectError: ({ reason }) => Effect.succeed(reason)
          })
        )
      assert.strictEqual(yield* outcome(baseUrl), "InvalidCredentials")
      // Nothing listens on the discard port of the loopback interface.
      assert.strictEqual(yield* outcome("http://127.0.0.1:9"), "Unreachable")
    }).pipe(Effect.provide(NodeSimulator.layer())))
})

describe("layerConfig", () => {
  it.live("reads the login from the configuration", () =>
    Effect.gen(function*() {
      const { account, baseUrl } = yield* Simulator.Simulator
      const layer = NodeRoborock.layerConfig({
        email: Config.string("ROBOROCK_EMAIL"),
        password: Config.redacted("ROBOROCK_PASSWORD"),
        baseUrl: Config.string("ROBOROCK_URL")
      })
      const provider = ConfigProvider.fromMap(
        new Map([
          ["ROBOROCK_EMAIL", account.email],
          ["ROBOROCK_PASSWORD", Redacted.value(account.password)],
          ["ROBOROCK_URL", baseUrl]
        ])
      )
      const { homeName } = yield* Effect.flatMap(RoborockSession.RoborockSession, (session) => session.account).pipe(
        Effect.provide(layer),
        Effect.withConfigProvider(provider)
      )
      assert.strictEqual(homeName, account.homeName)
    }).pipe(Effect.provide(NodeSimulator.layer())))
})
