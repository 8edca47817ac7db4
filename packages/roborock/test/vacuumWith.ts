import { Device, type DeviceMemory, type HomeData, type RoborockError, type Trait } from "@effect-mqtt/roborock"
import { Effect, Either } from "effect"
import * as FakeRobot from "./fakeRobot.ts"

/** A method's result, or how to get it from the parameters. */
export type Answers = Readonly<Record<string, unknown>>

export const home: HomeData.HomeDevice = {
  duid: "d1",
  name: "Living room",
  localKey: FakeRobot.localKey,
  protocolVersion: "1.0",
  model: "roborock.vacuum.a117",
  productName: "Qrevo Master",
  category: "robot.vacuum.cleaner",
  firmware: "02.10.20",
  serialNumber: undefined,
  online: true,
  shared: false,
  dataPoints: new Map()
}

export const docked: Readonly<Record<string, unknown>> = {
  state: 8,
  battery: 100,
  map_status: 3,
  in_cleaning: 0,
  dock_type: 14,
  fan_power: 102,
  water_box_mode: 202,
  mop_mode: 300
}

/** All features that a number can name. */
export const everyFeature = {
  new_feature_info: 2 ** 52 - 1,
  new_feature_info_str: "f".repeat(32),
  feature_info: [119, 120, 122, 123, 124, 125]
}

/**
 * A device whose robot answers with `answers`, and "ok" to every other command. `status` may be changed while it runs;
 * `calls` are the commands with their parameters, without the questions that every device is asked.
 */
export const vacuumWith = (
  answers: Answers = {},
  change: Partial<HomeData.HomeDevice> = {},
  memory?: DeviceMemory.DeviceMemory
) =>
  Effect.gen(function*() {
    const status: Record<string, unknown> = { ...docked }
    const all: Answers = {
      get_status: [status],
      get_room_mapping: [[16, "1001"], [17, "1002"]],
      app_get_init_status: [everyFeature],
      ...answers
    }
    const robot = FakeRobot.make(({ method, params }) => {
      const entry = Object.hasOwn(all, method) ? all[method] : method.includes("get_") ? "unknown_method" : ["ok"]
      const answer: unknown = typeof entry === "function" ? entry(params, status) : entry
      if (answer instanceof Uint8Array) return method === "get_photo" ? { photo: answer } : { map: answer }
      return { result: answer }
    })
    const device = yield* Device.make({
      home: { ...home, ...change },
      mqttKey: FakeRobot.mqttKey,
      homeRooms: () => Effect.succeed([{ id: 1001, name: "Kitchen" }, { id: 1002, name: "Hall" }]),
      memory
    }).pipe(Effect.provide(robot.layer))
    const background = new Set([
      "get_status",
      "get_room_mapping",
      "app_get_init_status",
      "get_network_info",
      "get_map_v1"
    ])
    const trait = <Name extends Trait.TraitName>(name: Name) => device.trait(name)
    return {
      device,
      status,
      trait,
      calls: () =>
        robot.sent.filter(({ method }) => !background.has(method)).map(({ method, params }) => [method, params]),
      questions: (method: string) => robot.sent.filter((request) => request.method === method).length
    }
  })

/** What a failure says: its reason, or its tag. */
export const reasonOf = <A>(
  effect: Effect.Effect<A, RoborockError.RoborockError>
): Effect.Effect<string | undefined> =>
  Effect.map(
    Effect.either(effect),
    (result) => Either.isRight(result) ? undefined : "reason" in result.left ? result.left.reason : result.left._tag
  )
