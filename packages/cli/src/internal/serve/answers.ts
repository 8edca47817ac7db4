/** Answers to the questions of a page about a device. */
import type * as Device from "@effect-mqtt/roborock/Device"
import * as MapSvg from "@effect-mqtt/roborock/MapSvg"
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type {
  CloudSchedulesAnswer,
  ConsumablesAnswer,
  FloorsAnswer,
  HistoryAnswer,
  RoutinesAnswer,
  SchedulesAnswer
} from "./messages.ts"

const shownRuns = 10

export const floors = (device: Device.Device): Effect.Effect<FloorsAnswer, RoborockError> =>
  Effect.gen(function*() {
    const list = yield* (yield* device.trait("floors")).list
    return {
      floors: list.map(({ mapFlag, name, rooms }) => ({ id: mapFlag, name, rooms: rooms.map((room) => room.name) }))
    }
  })

export const consumables = (device: Device.Device): Effect.Effect<ConsumablesAnswer, RoborockError> =>
  Effect.flatMap(
    device.trait("consumables"),
    ({ list }) => Effect.map(list, (parts) => ({ consumables: parts }))
  )

export const history = (device: Device.Device): Effect.Effect<HistoryAnswer, RoborockError> =>
  Effect.gen(function*() {
    const trait = yield* device.trait("history")
    const { area, cleanTime, count, records } = yield* trait.summary
    const runs = yield* Effect.forEach(records.slice(0, shownRuns), trait.record)
    return {
      area,
      count,
      seconds: Duration.toSeconds(cleanTime),
      runs: runs.map((run) => ({ ...run, duration: Duration.toSeconds(run.duration) }))
    }
  })

export const schedules = (device: Device.Device): Effect.Effect<SchedulesAnswer, RoborockError> =>
  Effect.gen(function*() {
    const list = yield* (yield* device.trait("schedules")).list
    return {
      schedules: list.map(({ action, cron, enabled, id, segments }) => ({ action, cron, enabled, id, segments }))
    }
  })

export const cloudSchedules = (device: Device.Device): Effect.Effect<CloudSchedulesAnswer, RoborockError> =>
  Effect.gen(function*() {
    const list = yield* (yield* device.trait("cloudSchedules")).list
    return { cloudSchedules: list.map(({ cron, enabled, id }) => ({ cron, enabled, id })) }
  })

export const routines = (device: Device.Device): Effect.Effect<RoutinesAnswer, RoborockError> =>
  Effect.gen(function*() {
    const list = yield* (yield* device.trait("routines")).list
    return { routines: list.map(({ enabled, id, name }) => ({ enabled, id, name })) }
  })

/** The map of a past run, as SVG. */
export const runMap = (device: Device.Device, run: number): Effect.Effect<string, RoborockError> =>
  Effect.gen(function*() {
    const map = yield* (yield* device.trait("history")).map(run)
    const { rooms } = yield* device.state.get
    return MapSvg.draw(map, { roomNames: new Map(rooms.map(({ id, name }) => [id, name])), background: 0xffffff })
  })
