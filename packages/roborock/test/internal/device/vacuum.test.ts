import { LiveValue } from "@effect-mqtt/connection"
import { type DeviceChannel, DeviceMemory, DeviceState } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { assert, it } from "@effect/vitest"
import { Effect, Stream, Subscribable } from "effect"
import * as features from "../../../src/internal/device/features.ts"
import * as vacuums from "../../../src/internal/device/vacuum.ts"
import { home } from "../../vacuumWith.ts"

const onFloor = (mapFlag: number) => [{ state: 8, battery: 100, map_status: mapFlag << 2 | 3 }]

it.scoped("rooms that come while the floor changes are asked for again, and kept as those of the floor they are on", () =>
  Effect.gen(function*() {
    const memory = yield* DeviceMemory.make("d1")
    const state = yield* LiveValue.make(DeviceState.initial(new Map(), true), DeviceState.isSame)
    const seesFloor = (mapFlag: number) =>
      state.update((before) => DeviceState.withStatus(before, onFloor(mapFlag), 0) ?? before)
    yield* seesFloor(0)
    let asked = 0
    const channel: DeviceChannel.DeviceChannel = {
      request: () =>
        ++asked === 1
          // Its answer is under way when the robot is carried upstairs.
          ? Effect.as(seesFloor(1), [[16, "1001"]])
          : Effect.succeed([[17, "1002"]]),
      requestHandle: () => Effect.die("not used"),
      requestMap: () => Effect.die("not used"),
      requestPhoto: () => Effect.die("not used"),
      route: Subscribable.make({ get: Effect.succeed({ _tag: "Cloud" }), changes: Stream.empty }),
      pushes: Stream.empty,
      stats: Effect.die("not used")
    }
    const vacuum = vacuums.make({
      name: "Robot",
      firmware: undefined,
      region: undefined,
      features: features.make(home, channel, memory),
      channel,
      state,
      homeRooms: () => Effect.succeed([{ id: 1001, name: "Kitchen" }, { id: 1002, name: "Attic" }]),
      wake: Effect.void,
      memory
    })
    assert.deepStrictEqual(yield* vacuum.refreshRooms, [{ id: 17, name: "Attic" }])
    assert.strictEqual(asked, 2)
    assert.deepStrictEqual(yield* memory.rooms(1), [{ id: 17, name: "Attic" }])
    assert.isUndefined(yield* memory.rooms(0))
  }).pipe(Effect.provide(KeyValueStore.layerMemory)))
