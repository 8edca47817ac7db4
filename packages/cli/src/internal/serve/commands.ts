/** What a page may tell a device to do. */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { choiceNames, hoursNames, switchNames } from "./settingNames.ts"
import * as settings from "./settings.ts"

const repeat = Schema.Int.pipe(Schema.between(1, 3))
const coordinate = Schema.Number.pipe(Schema.between(-1_000_000, 1_000_000))
const name = Schema.String.pipe(Schema.maxLength(100))
const roomId = Schema.Int.pipe(Schema.between(0, 255))
const hour = Schema.Int.pipe(Schema.between(0, 23))
const minute = Schema.Int.pipe(Schema.between(0, 59))
const timeOfDay = Schema.Struct({ hour, minute })

const command = <Name extends string, Fields extends Schema.Struct.Fields>(of: Name, fields: Fields) =>
  Schema.Struct({ do: Schema.Literal(of), ...fields })

/** One command. Places are millimetres with y down, as in the page's map. */
export const Command = Schema.Union(
  Schema.Struct({ do: Schema.Literal("start", "pause", "stop", "dock") }),
  command("locate", {}),
  command("rooms", {
    rooms: Schema.Array(roomId).pipe(Schema.minItems(1), Schema.maxItems(64)),
    repeat,
    inOrder: Schema.Boolean
  }),
  command("zones", {
    zones: Schema.Array(
      Schema.Struct({ x: coordinate, y: coordinate, width: coordinate, height: coordinate })
    ).pipe(Schema.minItems(1), Schema.maxItems(5)),
    repeat
  }),
  command("goTo", { x: coordinate, y: coordinate }),
  command("levels", { fan: Schema.optional(name), water: Schema.optional(name), route: Schema.optional(name) }),
  command("mode", { mode: Schema.Literal("vacuum", "vac_and_mop", "vacuum_then_mop", "mop", "custom", "smart_mode") }),
  command("floor", { floor: Schema.Int }),
  command("resetPart", {
    part: Schema.Literal(
      "mainBrush",
      "sideBrush",
      "filter",
      "filterElement",
      "sensors",
      "mop",
      "mopRoller",
      "strainer",
      "cleaningBrush",
      "dustBag"
    )
  }),
  command("addSchedule", {
    hour,
    minute,
    weekdays: Schema.Array(Schema.Int.pipe(Schema.between(0, 6))).pipe(Schema.maxItems(7)),
    rooms: Schema.Array(roomId).pipe(Schema.maxItems(64))
  }),
  command("enableSchedule", { id: name, enabled: Schema.Boolean }),
  command("removeSchedule", { id: name }),
  command("routine", { id: Schema.Int }),
  command("dockJob", { job: Schema.Literal("emptying", "washing", "drying"), on: Schema.Boolean }),
  command("switch", { name: Schema.Literal(...switchNames), on: Schema.Boolean }),
  command("choose", { name: Schema.Literal(...choiceNames), value: name }),
  command("volume", { percent: Schema.Int.pipe(Schema.between(0, 100)) }),
  command("hours", {
    name: Schema.Literal(...hoursNames),
    enabled: Schema.Boolean,
    start: timeOfDay,
    end: timeOfDay
  })
)

export type Command = typeof Command.Type

/** Carries a command out; completes when the device has accepted it. */
export const run = (device: Device.Device, command: Command): Effect.Effect<void, RoborockError> => {
  switch (command.do) {
    case "start":
    case "pause":
    case "stop":
    case "dock":
      return Effect.flatMap(device.trait("cleaning"), (cleaning) => cleaning[command.do])
    case "locate":
      return Effect.flatMap(device.trait("locate"), (locate) => locate.locate)
    case "rooms":
      return Effect.flatMap(
        device.trait("cleaning"),
        (cleaning) =>
          cleaning.rooms(command.rooms, { repeat: command.repeat, order: command.inOrder ? "given" : "robot" })
      )
    case "zones":
      return Effect.flatMap(device.trait("zones"), (zones) =>
        zones.clean(
          command.zones.map(({ height, width, x, y }) => ({ x0: x, y0: -y - height, x1: x + width, y1: -y })),
          { repeat: command.repeat }
        ))
    case "goTo":
      return Effect.flatMap(device.trait("goTo"), (goTo) => goTo.goTo({ x: command.x, y: -command.y }))
    case "levels":
      return Effect.flatMap(device.trait("modes"), (modes) => modes.set(command))
    case "mode":
      return Effect.flatMap(device.trait("modes"), (modes) => modes.setMode(command.mode))
    case "floor":
      return Effect.flatMap(device.trait("floors"), (floors) => floors.use(command.floor))
    case "resetPart":
      return Effect.flatMap(device.trait("consumables"), (consumables) => consumables.reset(command.part))
    case "addSchedule":
      return Effect.flatMap(device.trait("schedules"), (schedules) =>
        schedules.add({
          at: { hour: command.hour, minute: command.minute },
          weekdays: command.weekdays,
          segments: command.rooms
        }))
    case "enableSchedule":
      return Effect.flatMap(device.trait("schedules"), (schedules) => schedules.setEnabled(command.id, command.enabled))
    case "removeSchedule":
      return Effect.flatMap(device.trait("schedules"), (schedules) => schedules.remove(command.id))
    case "routine":
      return Effect.flatMap(device.trait("routines"), (routines) => routines.run(command.id))
    case "dockJob":
      return Effect.flatMap(device.trait(command.job), (job) => command.on ? job.start : job.stop)
    case "switch":
      return Effect.flatMap(settings.switchOf(device, command.name), (setting) => setting.set(command.on))
    case "choose":
      return Effect.flatMap(settings.choiceOf(device, command.name), (choice) => choice.setMode(command.value))
    case "volume":
      return Effect.flatMap(device.trait("sound"), (sound) => sound.setVolume(command.percent))
    case "hours":
      return Effect.flatMap(
        settings.hoursOf(device, command.name),
        (hours) => command.enabled ? hours.set(command) : hours.disable
      )
  }
}
