import { RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Simulator } from "../src/index.ts"
import { withSession } from "./support/session.ts"

const options: Simulator.Options = {
  speed: 120,
  robots: [],
  appliances: [{ name: "Mop", product: "Dyad" }, { name: "Washer", product: "Zeo" }]
}

const value = (appliance: Simulator.Simulator["Type"]["appliances"][number] | undefined, point: number) =>
  Effect.map(appliance?.dataPoints ?? Effect.succeed(new Map<number, unknown>()), (points) => points.get(point))

describe("SimulatedAppliance", () => {
  it.effect("a wet-dry vacuum cleans itself, dries and charges", () =>
    withSession(
      options,
      Effect.gen(function*() {
        const { appliances: [mop] } = yield* Simulator.Simulator
        const device = yield* (yield* RoborockSession.RoborockSession).device("Mop")
        assert.deepInclude(yield* device.state.get, { stateName: "charging", charging: true, stale: false })
        const appliance = yield* device.trait("appliance")
        yield* appliance.set("self_clean_mode", "self_clean_and_dry")
        const wetDry = yield* device.trait("wetDry")
        yield* wetDry.reset("brush")
        yield* wetDry.start
        yield* Effect.sleep("10 seconds")
        assert.deepInclude(yield* appliance.values, { status: "drying", brush_left: 360_000 })
        yield* Effect.sleep("70 seconds")
        assert.strictEqual((yield* device.state.get).stateName, "charging")
        yield* mop?.fail(20_002) ?? Effect.void
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* device.state.get).error?.text, "Clean tank empty")
      })
    ), 20_000)

  it.effect("a washing machine washes and dries as told, waits while paused, and counts", () =>
    withSession(
      options,
      Effect.gen(function*() {
        const { appliances: [, machine] } = yield* Simulator.Simulator
        const device = yield* (yield* RoborockSession.RoborockSession).device("Washer")
        assert.strictEqual((yield* device.state.get).stateName, "standby")
        const washer = yield* device.trait("washer")
        const before = Number(yield* value(machine, 224))
        yield* washer.start({ mode: "wash_and_dry", program: "cotton_linen", soak: "medium" })
        yield* Effect.sleep("10 seconds")
        assert.deepInclude(yield* (yield* device.trait("appliance")).values, {
          state: "washing",
          program: "cotton_linen",
          doorlock_state: 1
        })
        yield* washer.pause
        yield* Effect.sleep("1 second")
        const left = yield* value(machine, 218)
        yield* Effect.sleep("10 seconds")
        assert.strictEqual(yield* value(machine, 218), left)
        yield* washer.start({ mode: "wash_and_dry", program: "cotton_linen" })
        yield* Effect.sleep("30 seconds")
        assert.strictEqual((yield* device.state.get).stateName, "drying")
        yield* Effect.sleep("30 seconds")
        assert.strictEqual((yield* device.state.get).stateName, "done")
        assert.strictEqual(yield* value(machine, 224), before + 1)
      })
    ), 20_000)

  it.effect("is offline while it is switched off", () =>
    withSession(
      { ...options, appliances: [{ name: "Washer", product: "Zeo", offline: true, shared: true }] },
      Effect.gen(function*() {
        const { appliances: [machine] } = yield* Simulator.Simulator
        const session = yield* RoborockSession.RoborockSession
        assert.isFalse(yield* machine?.isOnline ?? Effect.succeed(true))
        yield* machine?.switchOn ?? Effect.void
        yield* machine?.awaitOnline ?? Effect.never
        const device = yield* session.device("Washer")
        assert.isTrue(device.shared)
        assert.strictEqual((yield* device.state.get).stateName, "standby")
      })
    ), 20_000)
})
