import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, TestClock } from "effect"

const session = Effect.gen(function*() {
  const { account, baseUrl } = yield* Simulator.Simulator
  const { email, password } = account
  return RoborockSession.layer({
    credentials: { email, password: Redacted.make(Redacted.value(password)) },
    baseUrl
  })
}).pipe(Layer.unwrapEffect)

const layer = Layer.provide(session, KeyValueStore.layerMemory).pipe(
  Layer.provideMerge(Simulator.layer({ speed: 10, robots: [{ name: "Upstairs", product: "Qrevo Master" }] }))
)

/** Runs to the end while the time goes on. */
const whileTimePasses = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(program)
    while ((yield* Fiber.poll(fiber))._tag === "None") yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

describe("traits on the simulator", () => {
  it.effect("a robot with a dock does what each of them says", () =>
    whileTimePasses(Effect.gen(function*() {
      const { robots: [robot] } = yield* Simulator.Simulator
      const { device } = yield* RoborockSession.RoborockSession
      const vacuum = yield* device("Upstairs")
      assert.isDefined(robot)

      const modes = yield* vacuum.trait("modes")
      yield* modes.setMode("mop")
      assert.deepInclude(yield* modes.current, { mode: "mop", fan: "off" })

      yield* (yield* vacuum.trait("doNotDisturb")).set({ start: { hour: 21, minute: 0 }, end: { hour: 6, minute: 30 } })
      assert.deepInclude(yield* (yield* vacuum.trait("doNotDisturb")).get, {
        enabled: true,
        end: { hour: 6, minute: 30 }
      })
      const childLock = yield* vacuum.trait("childLock")
      yield* childLock.set(true)
      assert.isTrue(yield* childLock.get)

      const schedules = yield* vacuum.trait("schedules")
      const id = yield* schedules.add({ at: { hour: 9, minute: 0 }, segments: [16] })
      assert.deepInclude((yield* schedules.list)[0], { id, enabled: true, cron: "0 9 * * *", segments: [16] })

      yield* (yield* vacuum.trait("emptying")).start
      const dock = yield* vacuum.trait("dock")
      assert.deepInclude(yield* dock.status, { isEmptying: true, type: "shell_3_dock" })
      assert.strictEqual((yield* dock.status).parts?.cleanWater, "fine")
      assert.deepInclude((yield* dock.status).abilities, { cleansTray: true, isPlumbed: false })
      assert.strictEqual((yield* (yield* vacuum.trait("network")).info).ip, robot.host ?? "0.0.0.0")

      const { x, y } = (yield* robot.state).position
      yield* (yield* vacuum.trait("zones")).clean([{ x0: x - 600, y0: y - 600, x1: x + 600, y1: y + 600 }])
      assert.strictEqual((yield* robot.state).task?.kind, "Zones")
      yield* Effect.sleep("2 minutes")
      const history = yield* vacuum.trait("history")
      const [latest] = yield* history.latest(1)
      assert.deepInclude(latest, { complete: true, kind: "draw_zone", finish: "finished_cleaning" })
      assert.isDefined((yield* history.map(latest?.id ?? 0)).grid)

      yield* (yield* vacuum.trait("goTo")).goTo({ x, y })
      assert.strictEqual((yield* robot.state).activity, "Driving")

      const routines = yield* (yield* vacuum.trait("routines")).list
      assert.include(routines.map(({ name }) => name), "Everything")
      assert.deepStrictEqual(yield* (yield* vacuum.trait("cloudSchedules")).list, [])
    })).pipe(Effect.scoped, Effect.provide(layer)), 60_000)
})
