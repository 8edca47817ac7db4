/** `roborock floors` */
import type * as Device from "@effect-mqtt/roborock/Device"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockMapOutput from "../../../RoborockMapOutput.ts"
import * as home from "../home.ts"
import * as named from "../named.ts"
import * as output from "../output.ts"
import { onDevice, optional } from "../sharedOptions.ts"

type Rows = typeof RoborockMapOutput.Floors.Type

const change = (device: Device.Device, wanted: string) =>
  Effect.gen(function*() {
    const { list, use } = yield* device.trait("floors")
    const floors = (yield* list).map(({ mapFlag, name }) => ({ id: mapFlag, name }))
    yield* use((yield* named.find("floor", floors, wanted)).id)
  })

/** Those of V1 vacuums, which can be changed. */
const floorsOf = (device: Device.Device) =>
  Effect.gen(function*() {
    const { current, list } = yield* device.trait("floors")
    const inUse = yield* current
    const rows: Rows = (yield* list).map(({ mapFlag, name, rooms }) => ({
      name,
      id: String(mapFlag),
      current: mapFlag === inUse?.mapFlag,
      rooms: rooms.length === 0 ? null : rooms.map((room) => room.name)
    }))
    return rows
  })

/** Other vacuums keep a map of each floor, and tell less of them. */
const savedMapsOf = (device: Device.Device) =>
  Effect.gen(function*() {
    const { list } = yield* device.trait("savedMaps")
    const rows: Rows = (yield* list).map(({ id, inUse, name }) => ({
      name: name ?? `Map ${id}`,
      id,
      current: inUse ?? null,
      rooms: null
    }))
    return rows
  })

/** A device that has neither is told why it has no floors. */
const rowsOf = (device: Device.Device) =>
  Effect.catchTag(
    floorsOf(device),
    "UnsupportedTrait",
    (why) => Effect.catchTag(savedMapsOf(device), "UnsupportedTrait", () => why)
  )

const options = {
  ...onDevice,
  use: optional(
    Options.text("use").pipe(
      Options.withPseudoName("floor"),
      Options.withDescription("Tells the robot that it is now on the floor with this name or id; not while it works.")
    )
  )
}

export const command = Command.make("floors", options, (values) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    if (values.use !== undefined) yield* change(device, values.use)
    const rows = yield* rowsOf(device)
    yield* output.write(values.json, rows, (isRich) =>
      rows.length === 0
        ? "There are no floors yet. Let the robot clean once."
        : output.table(
          ["NAME", "ID", "ROOMS", ""],
          rows.map(({ current, id, name, rooms }) => [name, id, rooms?.join(", "), current === true ? "in use" : ""]),
          isRich
        ))
  }).pipe(home.provide(values)))
