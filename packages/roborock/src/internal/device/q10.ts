import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CleanRecord, CleanSummary } from "../../CleanRecord.ts"
import type { Consumable, Part } from "../../ConsumablesTrait.ts"
import { protocols } from "../../Frame.ts"
import * as HistoryTrait from "../../HistoryTrait.ts"
import * as NetworkTrait from "../../NetworkTrait.ts"
import * as Q10Codes from "../../Q10Codes.ts"
import * as Q10DataPoints from "../../Q10DataPoints.ts"
import * as Q10Packet from "../../Q10Packet.ts"
import * as Q10Record from "../../Q10Record.ts"
import { DeviceError, NoMap, RequestError } from "../../RoborockError.ts"
import * as SavedMapsTrait from "../../SavedMapsTrait.ts"
import * as log from "../log.ts"
import * as keptMap from "../q10/keptMap.ts"
import * as liveModel from "../q10/liveModel.ts"
import * as modes from "../q10/modes.ts"
import { isRecord, numberField } from "../v1/json.ts"
import { activitiesOf } from "./activities.ts"
import { invalidArgument, noPercentage, notAmong } from "./argument.ts"
import * as arrivals from "./arrivals.ts"
import type { Dialect } from "./dialect.ts"
import { codeOf, type Context, type Fields, learn, learnSwitch, sendAndLook } from "./dialectContext.ts"
import { ignored } from "./ignored.ts"
import { findRooms } from "./knownRooms.ts"
import * as liveMap from "./liveMap.ts"
import { offer } from "./offer.ts"
import { nameOf, problemOf } from "./problem.ts"
import * as q10Zones from "./q10Zones.ts"

/** State, battery, suction, water, main brush and mode: what has most of them is the answer that has all. */
const mainPoints = [121, 122, 123, 124, 125, 137]

const activityOf = activitiesOf({
  cleaning: [5, 7, 29, 101, 102, 103, 104, 105],
  returning: [6],
  docked: [8, 14, 22, 108],
  paused: [10],
  error: [12],
  idle: [2, 3, 99]
})

/** Data points of percent left, and those that reset them. */
const consumablePoints: ReadonlyArray<readonly [part: Part, field: string, reset: number]> = [
  ["mainBrush", "dpMainBrushLife", 20],
  ["sideBrush", "dpSideBrushLife", 18],
  ["filter", "dpFilterLife", 22],
  ["mop", "dpRagLife", 24],
  ["sensors", "dpSensorLife", 68]
]

const consumables = (fields: Fields): ReadonlyArray<Consumable> =>
  consumablePoints.flatMap(([part, name]) => {
    const told = numberField(fields, name)
    if (told === undefined) return []
    // One that is overdue comes as a number without a sign.
    const left = told | 0
    return [{ part, unit: "percent", used: 100 - left, life: 100, left, leftPercent: Math.min(100, Math.max(0, left)) }]
  })

const mapMethod = "dpMultiMap"
const mapPoint = 61
const recordsMethod = "dpCleanRecord"
const recordsPoint = 52

/** Of maps and runs there is more than the list that is asked for: a run that is over is told in the same data point. */
const isAnswer = (id: number, value: unknown): boolean =>
  id !== mapPoint && id !== recordsPoint || isRecord(value) && value["op"] === "list"

/** The list of maps says which there are and not which is in use; the first one is. */
const firstMapId = (value: unknown): string | undefined => {
  const data: unknown = isRecord(value) ? value["data"] : undefined
  const first: unknown = Array.isArray(data) ? data[0] : undefined
  const id = isRecord(first) ? first["id"] : undefined
  return typeof id === "string" ? id : undefined
}

/** The same as V1 vacuums tell, by other names. */
const networkOf = (value: unknown): NetworkTrait.NetworkInfo | undefined =>
  isRecord(value)
    ? NetworkTrait.decode({ ip: value["ipAdress"], ssid: value["wifiName"], mac: value["mac"], rssi: value["signal"] })
    : undefined

/** Totals are data points of their own: minutes, and square metres. */
const summaryOf = (fields: Fields, records: ReadonlyArray<CleanRecord>): CleanSummary => ({
  cleanTime: Duration.minutes(numberField(fields, "dpTotalCleanTime") ?? 0),
  area: numberField(fields, "dpTotalCleanArea"),
  count: numberField(fields, "dpTotalCleanCount"),
  emptied: undefined,
  records: records.map(({ id }) => id)
})

const steeringCodes = { forward: 0, left: 2, right: 3, halt: 4, leave: 5 } as const

/** The Q10 family: data points without ids, and what a command changed comes back as a push. */
export const make = (context: Context): Dialect => {
  const { home, state, tell } = context
  const { arrived, collect } = arrivals.make(context)
  const live = liveMap.make(context, keptMap.read)
  const model = liveModel.make()

  const send = (method: string, message: Q10DataPoints.Message) =>
    sendAndLook(context, method, (timestamp) => Q10DataPoints.encode(message, timestamp))
  const setting = (method: string, id: number, value: unknown) => send(method, { common: [[id, value]] })

  /** Asks for data points, which come as pushes. */
  const requestPoints = (method: string, ids: ReadonlyArray<number>, message: Q10DataPoints.Message) =>
    collect(method, ids, (timestamp) => Q10DataPoints.encode(message, timestamp))
  const ask = requestPoints("dpRequestDps", mainPoints, Q10DataPoints.commands.requestAll)

  const toFields = (points: ReadonlyMap<number, unknown>): Fields =>
    Object.fromEntries(Array.from(points, ([id, value]) => [Q10Codes.dataPointNames.get(id) ?? String(id), value]))

  const showMap = Effect.suspend(() => {
    const current = model.current()
    return current === undefined ? Effect.void : live.arrived(current.map, current.file)
  })

  const hear = (payload: Uint8Array) =>
    Either.match(Q10DataPoints.decode(payload), {
      onLeft: (error) => log.debug(`"${home.name}" sent something else: ${error.message}`),
      onRight: (points) =>
        Effect.zipRight(
          tell(toFields(points)),
          arrived([...points].flatMap(([id, value]) => isAnswer(id, value) ? [id] : []))
        ).pipe(
          Effect.zipRight(Effect.suspend(() => model.hear(points) ? showMap : Effect.void))
        )
    })

  const see = (payload: Uint8Array) =>
    Either.match(Q10Packet.decode(payload), {
      onLeft: live.damaged,
      onRight: (packet) => model.see(packet, payload, live.isAsked()) ? showMap : Effect.void
    })

  /** The value of a data point that the device sends when told to. */
  const requestValue = (method: string, id: number, message: Q10DataPoints.Message) =>
    Effect.flatMap(requestPoints(method, [id], message), () => Effect.map(state, ({ fields }) => fields[method]))

  const listMaps = requestValue(mapMethod, mapPoint, Q10DataPoints.commands.listMaps)
  const refreshMap = Effect.gen(function*() {
    const id = firstMapId(yield* listMaps)
    if (id === undefined) return yield* new NoMap({ device: home.name })
    yield* live.request(mapMethod, send(mapMethod, Q10DataPoints.commands.getMap(id)))
  })

  const locatedMap = Effect.sync(() => {
    const map = model.current()?.map
    return map?.located === true ? map : undefined
  })
  const mapInUse = Effect.gen(function*() {
    const before = yield* locatedMap
    if (before !== undefined) return before
    yield* refreshMap
    return (yield* locatedMap) ?? (yield* new NoMap({ device: home.name }))
  })

  const history = Effect.flatMap(
    requestValue(recordsMethod, recordsPoint, Q10DataPoints.commands.listRecords),
    (value) => {
      const records = Q10Record.decode(value)
      return records === undefined
        ? Effect.fail(new RequestError({ reason: "BadAnswer", method: recordsMethod }))
        : Effect.map(state, ({ fields }) => ({ records, summary: summaryOf(fields, records) }))
    }
  )

  const setModes = (message: Q10DataPoints.Message | undefined) =>
    message === undefined
      ? Effect.fail(invalidArgument("dpFanLevel", "it has to be among the choices"))
      : send("dpFanLevel", message)

  const toggle = (field: string, id: number) =>
    offer({
      get: learnSwitch(context, field),
      set: (on: boolean) => setting(field, id, on ? 1 : 0)
    })

  const steer = (way: keyof typeof steeringCodes) => setting("dpRemote", 12, steeringCodes[way])

  return {
    onFrame: ({ payload, protocol }) =>
      Effect.suspend(() =>
        protocol === protocols.rpcResponse
          ? hear(payload)
          : protocol === protocols.mapResponse
          ? see(payload)
          : Effect.void
      ),
    ask,
    // The container is taken out of it as out of a message.
    recall: (dataPoints) =>
      Either.match(Q10DataPoints.decode(Q10DataPoints.encode({ top: dataPoints })), {
        onLeft: () => ({}),
        onRight: toFields
      }),
    describe: (fields) => {
      const code = numberField(fields, "dpStatus")
      const fault = numberField(fields, "dpFault")
      return {
        state: code,
        stateName: nameOf(code, Q10Codes.stateNames),
        activity: activityOf(code),
        error: problemOf(fault, Q10Codes.faultNames, Q10Codes.isNotice),
        battery: numberField(fields, "dpBattery"),
        charging: code === 8,
        fanPower: numberField(fields, "dpFanLevel"),
        waterMode: numberField(fields, "dpWaterLevel")
      }
    },
    offers: {
      status: offer({ refresh: context.refresh }),
      cleaning: offer({
        start: Effect.flatMap(state, ({ activity }) =>
          activity === "paused"
            ? send("dpResume", Q10DataPoints.commands.resume)
            : send("dpStartClean", Q10DataPoints.commands.start)),
        pause: send("dpPause", Q10DataPoints.commands.pause),
        stop: send("dpStop", Q10DataPoints.commands.stop),
        dock: send("dpStartBack", Q10DataPoints.commands.dock),
        rooms: (wanted, { repeat = 1 } = {}) =>
          Effect.gen(function*() {
            // How a repetition is told is not known.
            if (repeat !== 1) return yield* invalidArgument("dpStartClean", "repeat has to be 1")
            const found = yield* findRooms("dpStartClean", (yield* state).rooms, wanted)
            yield* send("dpStartClean", Q10DataPoints.commands.cleanRooms(found.map(({ id }) => id)))
          })
      }),
      zones: offer(q10Zones.make(mapInUse, (zones) => send("dpStartClean", Q10DataPoints.commands.cleanZones(zones)))),
      spot: offer({ clean: send("dpStartClean", Q10DataPoints.commands.cleanSpot) }),
      rooms: offer({
        list: Effect.map(state, ({ rooms }) => rooms),
        refresh: Effect.map(context.refresh, ({ rooms }) => rooms)
      }),
      map: offer(live.trait(mapMethod, refreshMap)),
      savedMaps: offer(SavedMapsTrait.make(mapMethod, listMaps)),
      history: offer(HistoryTrait.fromList(recordsMethod, history)),
      modes: offer({
        choices: Effect.succeed(modes.choices),
        current: Effect.map(state, ({ fields }) => modes.current(fields)),
        set: (change) => setModes(modes.messageOf(change)),
        setMode: (mode) => setModes(modes.messageOfMode(mode))
      }),
      consumables: offer({
        list: Effect.map(context.refresh, ({ fields }) => consumables(fields)),
        reset: (part) => {
          const row = consumablePoints.find(([name]) => name === part)
          return row === undefined
            ? Effect.fail(invalidArgument("reset", notAmong("the part", consumablePoints.map(([name]) => name))))
            : setting("reset", row[2], 1)
        }
      }),
      sound: offer({
        volume: learn(context, "dpVolume", (fields) => numberField(fields, "dpVolume")),
        setVolume: (percent) =>
          Number.isInteger(percent) && percent >= 0 && percent <= 100
            ? setting("dpVolume", 26, percent)
            : Effect.fail(invalidArgument("dpVolume", noPercentage))
      }),
      steering: offer({
        // What halts it is what begins, too.
        steer: Effect.as(Effect.acquireRelease(steer("halt"), () => ignored(steer("leave"))), {
          forward: steer("forward"),
          left: steer("left"),
          right: steer("right"),
          halt: steer("halt")
        })
      }),
      locate: offer({ locate: setting("dpSeek", 11, 1) }),
      emptying: offer({
        start: send("dpStartDockTask", Q10DataPoints.commands.emptyBin),
        stop: Effect.fail(new DeviceError({ reason: "UnknownMethod", method: "dpStartDockTask" })),
        modes: Effect.succeed([...Q10Codes.dustSettingNames.values()]),
        mode: Effect.map(
          context.refresh,
          ({ fields }) => nameOf(numberField(fields, "dpDustSetting"), Q10Codes.dustSettingNames)
        ),
        setMode: (name) => {
          const code = codeOf(name, Q10Codes.dustSettingNames)
          return code === undefined
            ? Effect.fail(invalidArgument("dpDustSetting", notAmong("the mode", Q10Codes.dustSettingNames.values())))
            : setting("dpDustSetting", 50, code)
        }
      }),
      network: offer({
        info: learn(context, "dpNetInfo", (fields) => networkOf(fields["dpNetInfo"]))
      }),
      doNotDisturbSwitch: toggle("dpNotDisturb", 25),
      childLock: toggle("dpChildLock", 47),
      led: toggle("dpButtonLightSwitch", 77),
      autoEmptying: toggle("dpDustSwitch", 37)
    }
  }
}
