/** `roborock devices` */
import type * as Device from "@effect-mqtt/roborock/Device"
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as RoborockAccountOutput from "../../../RoborockAccountOutput.ts"
import * as deviceStatus from "../deviceStatus.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { shared } from "../sharedOptions.ts"

type Row = (typeof RoborockAccountOutput.Devices.Type)[number]

const rowOf = (device: Device.Device): Effect.Effect<Row> =>
  Effect.zipWith(device.state.get, deviceStatus.routeOf(device), (state, route) => ({
    name: device.name,
    id: device.duid,
    model: device.model ?? null,
    product: device.productName ?? null,
    firmware: device.firmware ?? null,
    shared: device.shared,
    unsupported: device.unsupported ?? null,
    route,
    activity: state.activity,
    battery: state.battery ?? null,
    available: state.available
  }))

const stateText = ({ activity, available, battery, unsupported }: Row): string =>
  unsupported !== null
    ? `not supported: ${unsupported}`
    : !available
    ? "not available"
    : battery === null
    ? activity
    : `${activity}, ${battery} %`

const list = Effect.gen(function*() {
  const devices = yield* Effect.flatMap(RoborockSession.RoborockSession, (session) => session.devices)
  return yield* Effect.forEach(devices, rowOf)
})

export const command = Command.make("devices", shared, (values) =>
  list.pipe(
    Effect.flatMap((rows) =>
      output.write(values.json, rows, (isRich) =>
        output.table(
          ["NAME", "PRODUCT", "MODEL", "STATE"],
          rows.map((row) => [row.name, row.product, row.model, stateText(row)]),
          isRich
        ))
    ),
    home.provide(values)
  ))
