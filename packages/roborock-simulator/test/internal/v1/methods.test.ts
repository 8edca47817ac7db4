import { RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Simulator } from "../../../src/index.ts"
import { withSession } from "../../support/session.ts"

/** What our client sends, trait by trait. */
const sent: ReadonlyArray<string> = [
  "app_charge",
  "app_get_dryer_setting",
  "app_get_init_status",
  "app_goto_target",
  "app_pause",
  "app_rc_end",
  "app_rc_move",
  "app_rc_start",
  "app_rc_stop",
  "app_resume_build_map",
  "app_segment_clean",
  "app_set_clean_sequence_type",
  "app_set_dryer_setting",
  "app_set_dryer_status",
  "app_spot",
  "app_start",
  "app_start_collect_dust",
  "app_start_wash",
  "app_stop",
  "app_stop_collect_dust",
  "app_stop_wash",
  "app_zoned_clean",
  "change_sound_volume",
  "close_dnd_timer",
  "close_valley_electricity_timer",
  "del_clean_record",
  "del_timer",
  "find_me",
  "get_carpet_clean_mode",
  "get_carpet_mode",
  "get_child_lock_status",
  "get_clean_follow_ground_material_status",
  "get_clean_record",
  "get_clean_summary",
  "get_collision_avoid_status",
  "get_consumable",
  "get_current_sound",
  "get_custom_mode",
  "get_dnd_timer",
  "get_dust_collection_mode",
  "get_dust_collection_switch_status",
  "get_flow_led_status",
  "get_led_status",
  "get_multi_maps_list",
  "get_network_info",
  "get_room_mapping",
  "get_serial_number",
  "get_smart_wash_params",
  "get_sound_volume",
  "get_status",
  "get_timer",
  "get_timezone",
  "get_valley_electricity_timer",
  "get_wash_towel_mode",
  "get_water_box_custom_mode",
  "load_multi_map",
  "reset_consumable",
  "resume_segment_clean",
  "resume_zoned_clean",
  "set_carpet_clean_mode",
  "set_carpet_mode",
  "set_child_lock_status",
  "set_clean_repeat_times",
  "set_clean_follow_ground_material_status",
  "set_clean_motor_mode",
  "set_collision_avoid_status",
  "set_custom_mode",
  "set_dnd_timer",
  "set_dust_collection_mode",
  "set_dust_collection_switch_status",
  "set_flow_led_status",
  "set_led_status",
  "set_mop_mode",
  "set_smart_wash_params",
  "set_timer",
  "set_valley_electricity_timer",
  "set_wash_towel_mode",
  "set_water_box_custom_mode",
  "test_sound_volume",
  "upd_timer"
]

const unknown = { result: "unknown_method" }

const withRobot = (product: "S4" | "Qrevo Master", program: Effect.Effect<void, unknown, Simulator.Simulator>) =>
  Effect.scoped(Effect.provide(program, Simulator.layer({ robots: [{ name: "Robot", product }] })))

describe("methods of V1 robots", () => {
  it.effect("one with everything knows all that our client sends", () =>
    withRobot(
      "Qrevo Master",
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        for (const method of sent) {
          assert.notDeepEqual(yield* robot?.call(method, []) ?? Effect.succeed(unknown), unknown, method)
        }
        assert.deepStrictEqual(yield* robot?.call("make_coffee", []) ?? Effect.succeed({}), unknown)
      })
    ))

  it.effect("a basic one does not know what it has no parts for", () =>
    withRobot(
      "S4",
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        const absent = [
          "app_set_clean_sequence_type",
          "set_clean_repeat_times",
          "set_mop_mode",
          "get_child_lock_status",
          "load_multi_map",
          "app_start_wash",
          "get_dust_collection_mode"
        ]
        for (const method of absent) {
          assert.deepStrictEqual(yield* robot?.call(method, []) ?? Effect.succeed({}), unknown, method)
        }
      })
    ))

  it.effect(
    "one that can do it vacuums everything first and mops it then, until it is told otherwise",
    () =>
      withSession(
        { speed: 60, robots: [{ name: "Robot", product: "Qrevo Master" }] },
        Effect.gen(function*() {
          const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Robot")
          const modes = yield* vacuum.trait("modes")
          assert.include((yield* modes.choices).modes, "vacuum_then_mop")
          const cleaned = Effect.gen(function*() {
            yield* (yield* vacuum.trait("cleaning")).rooms(["Bathroom"])
            yield* Effect.sleep("30 seconds")
            const [latest] = yield* (yield* vacuum.trait("history")).latest(1)
            assert.isTrue(latest?.complete)
            return latest?.area ?? 0
          })
          yield* modes.setMode("vac_and_mop")
          const once = yield* cleaned
          yield* modes.setMode("vacuum_then_mop")
          assert.deepInclude(yield* modes.current, { fan: "balanced", water: "medium" })
          assert.approximately(yield* cleaned, 2 * once, 0.1)
          yield* modes.setMode("vacuum")
          assert.approximately(yield* cleaned, once, 0.1)
        })
      ),
    20_000
  )

  it.effect(
    "how many times it cleans everything, how much water it takes, and when it has its mop washed, can be set",
    () =>
      withSession(
        { speed: 60, robots: [{ name: "Robot", product: "Qrevo Master" }, { name: "Other", product: "S7" }] },
        Effect.gen(function*() {
          const { device } = yield* RoborockSession.RoborockSession
          const vacuum = yield* device("Robot")
          const cleaning = yield* vacuum.trait("cleaning")
          const cleaned = Effect.gen(function*() {
            yield* cleaning.start
            yield* Effect.sleep("3 minutes")
            const [latest] = yield* (yield* vacuum.trait("history")).latest(1)
            assert.isTrue(latest?.complete)
            return latest?.area ?? 0
          })
          const repeat = yield* vacuum.trait("repeat")
          assert.strictEqual(yield* repeat.times, 1)
          const once = yield* cleaned
          yield* repeat.setTimes(2)
          assert.strictEqual(yield* repeat.times, 2)
          assert.approximately(yield* cleaned, 2 * once, 0.1)

          const flow = yield* vacuum.trait("waterFlow")
          assert.strictEqual(yield* flow.level, 15)
          yield* flow.setLevel(7)
          assert.strictEqual(yield* flow.level, 7)
          yield* (yield* vacuum.trait("status")).refresh
          assert.strictEqual((yield* (yield* vacuum.trait("modes")).current).water, "custom_water_flow")

          const breaks = yield* vacuum.trait("washBreaks")
          yield* breaks.set({ smart: false, interval: "10 minutes" })
          assert.deepStrictEqual(yield* breaks.get, { smart: false, interval: Duration.minutes(10) })

          const { traits } = yield* device("Other")
          assert.notIncludeMembers([...yield* traits], ["repeat", "washBreaks", "waterFlow"])
        })
      ),
    20_000
  )

  it.effect("a basic one answers in the old forms, and our client reads them", () =>
    withSession(
      { speed: 60, robots: [{ name: "Old", product: "S4" }] },
      Effect.gen(function*() {
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Old")
        assert.deepInclude(yield* vacuum.state.get, { battery: 100, activity: "docked" })
        assert.notIncludeMembers([...yield* vacuum.traits], ["emptying", "washing", "childLock"])
        yield* (yield* vacuum.trait("cleaning")).rooms(["Bathroom"])
        yield* Effect.sleep("20 seconds")
        const history = yield* vacuum.trait("history")
        assert.deepInclude((yield* history.latest(1))[0], { complete: true, kind: "select_zone" })
        const modes = yield* vacuum.trait("modes")
        yield* modes.set({ fan: "turbo" })
        assert.strictEqual((yield* modes.current).fan, "turbo")
      })
    ), 20_000)
})
