import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Mode } from "../../CleaningModes.ts"
import type { Consumable, Part } from "../../ConsumablesTrait.ts"
import * as DailyWindow from "../../DailyWindow.ts"
import { protocols } from "../../Frame.ts"
import * as HistoryTrait from "../../HistoryTrait.ts"
import type { Choices, Current } from "../../ModesTrait.ts"
import * as Q7Codes from "../../Q7Codes.ts"
import * as Q7Map from "../../Q7Map.ts"
import * as Q7MapPayload from "../../Q7MapPayload.ts"
import * as Q7Record from "../../Q7Record.ts"
import * as Q7Rpc from "../../Q7Rpc.ts"
import { type CommandError, RequestError } from "../../RoborockError.ts"
import * as SavedMapsTrait from "../../SavedMapsTrait.ts"
import * as log from "../log.ts"
import * as joinedMaps from "../q7/joinedMap.ts"
import * as requests from "../q7/requests.ts"
import { isRecord, numberField } from "../v1/json.ts"
import { activitiesOf } from "./activities.ts"
import { invalidArgument, noLevel, noPercentage, notAmong, noTimeOfDay } from "./argument.ts"
import type { Dialect } from "./dialect.ts"
import { codeOf, type Context, type Fields, learn, learnSwitch } from "./dialectContext.ts"
import { findRooms } from "./knownRooms.ts"
import * as liveMap from "./liveMap.ts"
import { offer } from "./offer.ts"
import { nameOf, problemOf } from "./problem.ts"
import * as watchedPoints from "./watchedPoints.ts"

const activityOf = activitiesOf({
  cleaning: [5, 6, 7],
  returning: [3],
  docked: [4, 8, 9, 10],
  paused: [2],
  idle: [0, 1, 11]
})

const minute = 60

/** Properties of minutes used, what a part lasts in minutes, and the number that resets it. */
const consumableRows: ReadonlyArray<readonly [part: Part, property: string, life: number, reset?: number]> = [
  ["mainBrush", "main_brush", 18_000, 1],
  ["sideBrush", "side_brush", 12_000, 2],
  ["filter", "hypa", 9000, 3],
  ["mop", "mop_life", 10_800],
  ["sensors", "main_sensor", 1800, 4]
]

const consumables = (fields: Fields): ReadonlyArray<Consumable> =>
  consumableRows.flatMap(([part, property, lifeMinutes]) => {
    const minutes = numberField(fields, property)
    if (minutes === undefined) return []
    const used = minutes * minute
    const life = lifeMinutes * minute
    const leftPercent = Math.min(100, Math.max(0, Math.round(100 * (life - used) / life)))
    return [{ part, unit: "seconds", used, life, left: life - used, leftPercent }]
  })

const modes: ReadonlyMap<Mode, number> = new Map([["vacuum", 0], ["vac_and_mop", 1], ["mop", 2]])

const choices: Choices = {
  fan: [...Q7Codes.fanLevelNames.values()],
  water: [...Q7Codes.waterLevelNames.values()],
  route: [...Q7Codes.routeNames.values()],
  modes: [...modes.keys()]
}

const current = (fields: Fields): Current => {
  const mode = numberField(fields, "mode")
  return {
    fan: nameOf(numberField(fields, "wind"), Q7Codes.fanLevelNames),
    water: nameOf(numberField(fields, "water"), Q7Codes.waterLevelNames),
    route: nameOf(numberField(fields, "clean_path_preference"), Q7Codes.routeNames),
    mode: [...modes].find(([, code]) => code === mode)?.[0]
  }
}

/** Data points have other codes than the properties of the same meaning; the battery is percent in both. */
const batteryPoint = 122
const ofPoints = (points: ReadonlyMap<number, unknown>): Fields =>
  points.has(batteryPoint) ? { quantity: points.get(batteryPoint) } : {}

/** Error, state, suction, water, task, way back, and task of the dock: when they change, the properties do. */
const statePoints = [120, 121, 123, 124, 138, 139, 140]

const clean = "service.set_room_clean"
const roomCleaning = 1
const controls = { stop: 0, start: 1, pause: 2 } as const
const mapMethod = "service.upload_by_maptype"
const liveMapType = 0
const mapsMethod = "service.get_map_list"
const recordsMethod = "service.get_record_list"
const quietMethod = "service.set_quiet_time"
const resetMethod = "service.reset_consumable"

/** The Q7 family: methods with ids, answered one by one. */
export const make = (context: Context): Dialect => {
  const { home, state, tell, wake } = context
  const { answered, order, question } = requests.make(context)
  const live = liveMap.make(context, (file) => Either.getOrUndefined(Q7Map.parse(file)))
  const joinedMap = joinedMaps.make()
  const command = (method: string, params?: Fields) => Effect.asVoid(Effect.zipLeft(order(method, params), wake))
  const write = (properties: Fields) => command("prop.set", properties)

  const isNews = watchedPoints.make(statePoints, home.dataPoints)
  const hearPoints = (points: ReadonlyMap<number, unknown>): Effect.Effect<void> =>
    Effect.flatMap(state, ({ stale }) => {
      // One that was silent may have done anything meanwhile, and this says little of it.
      const next = isNews(points) || stale ? wake : Effect.void
      return Effect.zipRight(tell(ofPoints(points)), next)
    })

  const hear = (payload: Uint8Array): Effect.Effect<unknown> => {
    const message = Q7Rpc.decode(payload)
    if (Either.isLeft(message)) return log.debug(`"${home.name}" sent something else: ${message.left.message}`)
    const incoming = message.right
    if (incoming._tag === "Push") {
      if (incoming.method === undefined) return hearPoints(incoming.dataPoints)
      // Events say that something has changed, and not what.
      return incoming.method === "prop.post" && isRecord(incoming.data) ? tell(incoming.data) : wake
    }
    return answered(incoming)
  }

  /** Part of the key of its maps: the cloud leaves it out for some, and the device tells it as well. */
  const serialNumber = Effect.map(state, ({ fields }) => {
    const told = fields["serial_number"]
    return home.serialNumber ?? (typeof told === "string" ? told : undefined)
  })

  const see = (payload: Uint8Array): Effect.Effect<unknown> =>
    Effect.flatMap(serialNumber, (serial) => {
      const { model } = home
      if (model === undefined || serial === undefined) {
        return live.damaged(new Error("its maps cannot be opened without model and serial number"))
      }
      const open = (whole: Uint8Array) =>
        Either.flatMap(
          Q7MapPayload.decode(whole, { model, serial }),
          (file) => Either.map(Q7Map.parse(file), (map) => ({ file, map }))
        )
      return Effect.flatMap(
        joinedMap.end(payload, open),
        Either.match({
          onLeft: live.damaged,
          onRight: ({ file, map }) => map.mapType === liveMapType ? live.arrived(map, file) : Effect.void
        })
      )
    })

  const refreshMap = live.request(mapMethod, question(mapMethod, { force: 1, map_type: liveMapType }))
  const refreshRooms = Effect.map(Effect.zipRight(refreshMap, state), ({ rooms }) => rooms)
  const listRooms = Effect.flatMap(
    state,
    ({ rooms }) => rooms.length > 0 ? Effect.succeed(rooms) : refreshRooms
  )

  const ask = Effect.flatMap(
    question("prop.get", { property: Q7Codes.properties }),
    (data) => isRecord(data) ? tell(data) : Effect.fail(new RequestError({ reason: "BadAnswer", method: "prop.get" }))
  )

  const history = Effect.flatMap(question(recordsMethod), (data) => {
    const read = Q7Record.decode(data)
    return read === undefined
      ? Effect.fail(new RequestError({ reason: "BadAnswer", method: recordsMethod }))
      : Effect.succeed(read)
  })

  const readQuiet = (fields: Fields) => {
    const begin = numberField(fields, "quiet_begin_time")
    const end = numberField(fields, "quiet_end_time")
    return begin === undefined || end === undefined ? undefined : {
      enabled: fields["quiet_is_open"] === 1,
      start: DailyWindow.fromMinutes(begin),
      end: DailyWindow.fromMinutes(end)
    }
  }
  const quiet = learn(context, "prop.get", readQuiet)
  /** All three together: single ones are ignored. */
  const setQuiet = (window: DailyWindow.DailyWindow): Effect.Effect<void, CommandError> => {
    const begin = DailyWindow.toMinutes(window.start)
    const end = DailyWindow.toMinutes(window.end)
    return begin === undefined || end === undefined
      ? Effect.fail(invalidArgument(quietMethod, noTimeOfDay))
      : command(quietMethod, { is_open: window.enabled ? 1 : 0, quiet_begin_time: begin, quiet_end_time: end })
  }

  const control = (value: number) => command(clean, { clean_type: 0, ctrl_value: value, room_ids: [] })

  return {
    onFrame: ({ payload, protocol }) =>
      Effect.suspend(() =>
        Effect.asVoid(
          protocol === protocols.rpcResponse
            ? hear(payload)
            : protocol === protocols.blobChunk
            ? joinedMap.begin(payload)
            : protocol === protocols.mapResponse
            ? see(payload)
            : Effect.void
        )
      ),
    ask,
    recall: ofPoints,
    describe: (fields) => {
      const code = numberField(fields, "status")
      return {
        state: code,
        stateName: nameOf(code, Q7Codes.stateNames),
        activity: activityOf(code),
        error: problemOf(numberField(fields, "fault"), Q7Codes.faultNames, Q7Codes.isNotice),
        battery: numberField(fields, "quantity"),
        charging: code === 4,
        fanPower: numberField(fields, "wind"),
        waterMode: numberField(fields, "water")
      }
    },
    offers: {
      status: offer({ refresh: context.refresh }),
      cleaning: offer({
        start: control(controls.start),
        pause: control(controls.pause),
        stop: control(controls.stop),
        dock: command("service.start_recharge"),
        rooms: (wanted, { repeat = 1 } = {}) =>
          Effect.gen(function*() {
            if (repeat !== 1 && repeat !== 2) return yield* invalidArgument(clean, "repeat has to be 1 or 2")
            const found = yield* findRooms(clean, yield* listRooms, wanted)
            if ((yield* state).fields["repeat_state"] !== repeat - 1) yield* write({ repeat_state: repeat - 1 })
            yield* command(clean, {
              clean_type: roomCleaning,
              ctrl_value: controls.start,
              room_ids: found.map(({ id }) => id)
            })
          })
      }),
      rooms: offer({ list: listRooms, refresh: refreshRooms }),
      map: offer(live.trait(mapMethod, refreshMap)),
      savedMaps: offer(SavedMapsTrait.make(mapsMethod, question(mapsMethod))),
      history: offer(HistoryTrait.fromList(recordsMethod, history)),
      modes: offer({
        choices: Effect.succeed(choices),
        current: Effect.map(state, ({ fields }) => current(fields)),
        set: ({ fan, route, water }) => {
          const wanted = [
            ["wind", fan, Q7Codes.fanLevelNames],
            ["water", water, Q7Codes.waterLevelNames],
            ["clean_path_preference", route, Q7Codes.routeNames]
          ] as const
          const chosen = wanted.filter(([, name]) => name !== undefined)
          const codes = chosen.map(([property, name, names]) => [property, codeOf(name, names)] as const)
          return codes.length > 0 && codes.every(([, code]) => code !== undefined)
            ? write(Object.fromEntries(codes))
            : Effect.fail(invalidArgument("prop.set", noLevel))
        },
        setMode: (mode) => {
          const code = modes.get(mode)
          return code === undefined
            ? Effect.fail(invalidArgument("prop.set", notAmong("the mode", modes.keys())))
            : write({ mode: code })
        }
      }),
      consumables: offer({
        list: Effect.map(context.refresh, ({ fields }) => consumables(fields)),
        reset: (part) => {
          const code = consumableRows.find(([name]) => name === part)?.[3]
          return code === undefined
            ? Effect.fail(invalidArgument(resetMethod, notAmong("the part", consumableRows.map(([name]) => name))))
            : command(resetMethod, { consumable: code })
        }
      }),
      doNotDisturb: offer({
        get: quiet,
        set: (window) => setQuiet({ ...window, enabled: true }),
        enable: Effect.flatMap(quiet, (window) => setQuiet({ ...window, enabled: true })),
        disable: Effect.flatMap(quiet, (window) => setQuiet({ ...window, enabled: false }))
      }),
      sound: offer({
        volume: learn(context, "volume", (fields) => numberField(fields, "volume")),
        setVolume: (percent) =>
          Number.isInteger(percent) && percent >= 0 && percent <= 100
            ? write({ volume: percent })
            : Effect.fail(invalidArgument("prop.set", noPercentage))
      }),
      locate: offer({ locate: command("service.find_device") }),
      childLock: offer({
        get: learnSwitch(context, "child_lock"),
        set: (on) => write({ child_lock: on ? 1 : 0 })
      })
    }
  }
}
