/** `roborock schedules --cloud`: those of newer apps, which are made and changed there. */
import type * as Device from "@effect-mqtt/roborock/Device"
import * as Effect from "effect/Effect"
import type * as RoborockPlanOutput from "../../RoborockPlanOutput.ts"
import * as clockWords from "./clockWords.ts"
import * as output from "./output.ts"

type Rows = typeof RoborockPlanOutput.CloudSchedules.Type

const tableOf = (rows: Rows, isRich: boolean): string =>
  rows.length === 0
    ? "There are no schedules in the cloud. They are made in the app."
    : output.table(
      ["ID", "WHEN", "", ""],
      rows.map(({ cron, enabled, id, repeated }) => [
        id,
        clockWords.cronText(cron),
        repeated ? "" : "once",
        enabled ? "" : "off"
      ]),
      isRich
    )

export const write = (device: Device.Device, isJson: boolean) =>
  Effect.gen(function*() {
    const { list } = yield* device.trait("cloudSchedules")
    const rows: Rows = (yield* list).map(({ cron, enabled, id, param, repeated }) => ({
      id,
      enabled,
      cron,
      repeated,
      action: param ?? null
    }))
    yield* output.write(isJson, rows, (isRich) => tableOf(rows, isRich))
  })
