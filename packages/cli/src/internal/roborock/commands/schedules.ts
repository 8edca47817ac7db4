/** `roborock schedules` */
import type * as Device from "@effect-mqtt/roborock/Device"
import { UnknownRoom } from "@effect-mqtt/roborock/RoborockError"
import * as Room from "@effect-mqtt/roborock/Room"
import type { Schedule } from "@effect-mqtt/roborock/SchedulesTrait"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockPlanOutput from "../../../RoborockPlanOutput.ts"
import * as clockWords from "../clockWords.ts"
import * as cloudSchedules from "../cloudSchedules.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { type DeviceValues, onDevice, optional } from "../sharedOptions.ts"

const idOption = (name: string, description: string) =>
  optional(Options.text(name).pipe(Options.withPseudoName("id"), Options.withDescription(description)))

const options = {
  ...onDevice,
  add: optional(
    Options.text("add").pipe(
      Options.withPseudoName("time"),
      Options.withDescription("Adds one for this time of day, such as 09:30, with the levels that are set now.")
    )
  ),
  days: optional(
    Options.text("days").pipe(Options.withDescription("With --add: days such as mon,wed; every day by default."))
  ),
  room: Options.text("room").pipe(
    Options.repeated,
    Options.withDescription("With --add: a room by name, once for each; everything by default.")
  ),
  enable: idOption("enable", "Switches one on."),
  disable: idOption("disable", "Switches one off."),
  remove: idOption("remove", "Removes one."),
  cloud: Options.boolean("cloud").pipe(
    Options.withDescription("Lists those that the app keeps in the cloud, in place of those on the robot.")
  )
}

interface Values extends DeviceValues {
  readonly add: string | undefined
  readonly days: string | undefined
  readonly room: ReadonlyArray<string>
  readonly enable: string | undefined
  readonly disable: string | undefined
  readonly remove: string | undefined
  readonly cloud: boolean
}

const roomsOf = (device: Device.Device) => Effect.flatMap(device.trait("rooms"), ({ list }) => list)

const add = (device: Device.Device, time: string, { days, room }: Values) =>
  Effect.gen(function*() {
    const at = yield* clockWords.timeOf("--add", time)
    const weekdays = days === undefined ? undefined : yield* clockWords.daysOf("--days", days)
    const rooms = room.length === 0 ? [] : yield* roomsOf(device)
    const { found, unknown } = Room.find(rooms, room)
    if (unknown.length > 0) return yield* new UnknownRoom({ rooms: unknown, known: rooms.map(({ name }) => name) })
    const { add } = yield* device.trait("schedules")
    yield* add({ at, weekdays, segments: found.map(({ id }) => id) })
  })

const change = (device: Device.Device, schedules: ReadonlyArray<Schedule>, values: Values) =>
  Effect.gen(function*() {
    const { disable, enable, remove } = values
    const id = enable ?? disable ?? remove
    if (id === undefined) return
    if (!schedules.some((schedule) => schedule.id === id)) {
      const known = schedules.map((schedule) => schedule.id).join(", ")
      return yield* failure(
        "Usage",
        `There is no schedule ${id}`,
        known === "" ? "There are none." : `Known: ${known}.`
      )
    }
    const trait = yield* device.trait("schedules")
    yield* remove === undefined ? trait.setEnabled(id, enable !== undefined) : trait.remove(id)
  })

const check = ({ add, cloud, days, disable, enable, remove, room }: Values) => {
  const changes = [add, enable, disable, remove].filter((word) => word !== undefined).length
  return cloud && changes > 0
    ? failure("Usage", "Schedules in the cloud are changed in the app", "--cloud lists them.")
    : changes > 1
    ? failure("Usage", "One of --add, --enable, --disable and --remove is enough")
    : add === undefined && (days !== undefined || room.length > 0)
    ? failure("Usage", "--days and --room belong to --add")
    : Effect.void
}

type Rows = typeof RoborockPlanOutput.Schedules.Type

const tableOf = (rows: Rows, isRich: boolean): string =>
  rows.length === 0
    ? "There are no schedules on the robot. Newer apps keep theirs in the cloud: \"roborock schedules --cloud\"."
    : output.table(
      ["ID", "WHEN", "WHAT", "ROOMS", ""],
      rows.map(({ action, cron, enabled, id, rooms }) => [
        id,
        clockWords.cronText(cron),
        action.replaceAll("_", " "),
        rooms.length === 0 ? "everything" : rooms.join(", "),
        enabled ? "" : "off"
      ]),
      isRich
    )

const run = (values: Values) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    if (values.cloud) return yield* cloudSchedules.write(device, values.json)
    const { list } = yield* Effect.mapError(device.trait("schedules"), ({ device: name, why }) =>
      failure(
        "Refused",
        `"${name}" keeps no schedules: ${why}`,
        "\"roborock schedules --cloud\" lists those of the app."
      ))
    yield* values.add === undefined
      ? Effect.flatMap(list, (schedules) => change(device, schedules, values))
      : add(device, values.add, values)
    const [schedules, rooms] = yield* Effect.all([list, roomsOf(device)])
    const nameOf = (segment: number) => rooms.find(({ id }) => id === segment)?.name ?? `Room ${segment}`
    const rows: Rows = schedules.map(({ action, cron, enabled, id, repeat, segments }) => ({
      id,
      enabled,
      cron,
      action,
      rooms: segments.map(nameOf),
      repeat: repeat ?? null
    }))
    yield* output.write(values.json, rows, (isRich) => tableOf(rows, isRich))
  }).pipe(home.provide(values))

export const command = Command.make("schedules", options, (values) => Effect.zipRight(check(values), run(values)))
