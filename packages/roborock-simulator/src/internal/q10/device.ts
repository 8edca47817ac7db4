import * as Frame from "@effect-mqtt/roborock/Frame"
import * as Q10Codes from "@effect-mqtt/roborock/Q10Codes"
import * as Q10DataPoints from "@effect-mqtt/roborock/Q10DataPoints"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { RobotIdentity } from "../../Account.ts"
import type { Command, Outcome, Robot } from "../../Robot.ts"
import { makeChanges, makeFinished, type VacuumDevice } from "../devices/device.ts"
import { makeSeal, requestsIn, type Seal, sealPresence } from "../frames/seal.ts"
import { isList, isRecord } from "../v1/answers.ts"
import { encodeMap, encodePath } from "./map.ts"
import { orderOf, recordText } from "./orders.ts"
import { makeValues, topPoints } from "./values.ts"

export interface Options {
  readonly identity: RobotIdentity
  readonly robot: Robot
  readonly host: string
}

const points = { locate: 11, remote: 12, records: 52, maps: 61, requestAll: 102, empty: 203 } as const
const emptyingMillis = 20_000
const emptyingState = 22
const remoteState = 7
/** What halts it begins, too. It takes the directions and stays where it is. */
const remoteCodes = { halt: 4, leave: 5 } as const
const liveMapEveryMillis = 10_000

/** What stands at the top of a message, and what in its container. */
const toMessage = (values: ReadonlyMap<number, unknown>): Q10DataPoints.Message => {
  const common = [...values].filter(([point]) => !topPoints.has(point))
  return {
    top: [...values].filter(([point]) => topPoints.has(point)),
    ...(common.length === 0 ? {} : { common })
  }
}

/** A robot of the Q10 family (PROTOCOL 6.4): data points in, changed data points and maps out, nothing with an id. */
export const makeQ10Device = ({ host, identity, robot }: Options): Effect.Effect<VacuumDevice> =>
  Effect.gen(function*() {
    const seal: Seal = yield* makeSeal("B01", identity)
    const values = makeValues(robot, host)
    let located = 0
    let emptyingUntil = 0
    let lastMillis = 0
    let lastMapMillis = 0
    let isSteered = false

    const current = () =>
      values.all(
        isSteered
          ? remoteState
          : lastMillis < emptyingUntil && robot.state.activity === "Charging"
          ? emptyingState
          : undefined
      )
    const changes = makeChanges(current)
    const tell = (told: ReadonlyMap<number, unknown>) =>
      told.size === 0
        ? Effect.succeed([])
        : seal(Frame.protocols.rpcResponse, (timestamp) => Q10DataPoints.encode(toMessage(told), timestamp))
    const finished = makeFinished(robot)
    const push = Effect.gen(function*() {
      const told = yield* tell(changes())
      const notices = yield* Effect.forEach(
        finished(),
        (record) => tell(new Map([[points.records, { op: "notify", id: recordText(record) }]]))
      )
      return [...told, ...notices.flat()]
    })

    const mapOf = (floor: number) =>
      seal(Frame.protocols.mapResponse, () => encodeMap(robot.floors[floor] ?? robot.plan, floor + 1))
    const live = Effect.suspend(() =>
      Effect.zipWith(
        mapOf(robot.state.floor),
        seal(Frame.protocols.mapResponse, () => encodePath(robot.plan, robot.state, robot.state.totals.count)),
        (map, path) => [...map, ...path]
      )
    )

    const answerMaps = (value: unknown) => {
      const { id, op } = isRecord(value) ? value : {}
      const floor = typeof id === "string" ? Number(id) - 1 : -1
      if (op === "get" && robot.floors[floor] !== undefined) return mapOf(floor)
      return op === "list"
        ? tell(
          new Map([[points.maps, {
            op: "list",
            result: 1,
            data: robot.floors.map(({ name }, index) => ({ id: String(index + 1), name, timestamp: 1_700_000_000 }))
          }]])
        )
        : Effect.succeed([])
    }
    const answerRecords = (value: unknown) =>
      isRecord(value) && value["op"] === "list"
        ? tell(new Map([[points.records, { op: "list", result: 1, data: robot.state.records.map(recordText) }]]))
        : Effect.succeed([])

    const perform = (order: Command): Outcome => {
      const outcome = robot.command(order, lastMillis)
      if (outcome === "Done") isSteered = false
      return outcome
    }
    const take = (point: number, value: unknown): Effect.Effect<ReadonlyArray<Uint8Array>> => {
      switch (point) {
        case points.requestAll:
          return Effect.suspend(() => Effect.zipWith(tell(current()), live, (all, map) => [...all, ...map]))
        case points.maps:
          return answerMaps(value)
        case points.records:
          return answerRecords(value)
        case points.locate:
          located++
          return Effect.succeed([])
        case points.remote:
          if (value === remoteCodes.leave) isSteered = false
          else if (value === remoteCodes.halt && robot.state.activity !== "Cleaning") isSteered = true
          return Effect.succeed([])
        case points.empty:
          if (robot.state.activity === "Charging") emptyingUntil = lastMillis + emptyingMillis / robot.speed
          return Effect.succeed([])
        default: {
          const order = orderOf(robot, point, value)
          // What it cannot do now it does not do, and says nothing.
          if (order !== undefined) perform(order)
          else if (!values.replace(point)) values.set(point, value)
          return Effect.succeed([])
        }
      }
    }

    const advanced = Effect.map(Clock.currentTimeMillis, (now) => {
      lastMillis = now
      robot.advance(now)
      return now
    })
    const liveWhileCleaning = (now: number) => {
      if (robot.state.activity !== "Cleaning" || now - lastMapMillis < liveMapEveryMillis) return Effect.succeed([])
      lastMapMillis = now
      return live
    }

    return {
      handle: (message) =>
        Effect.gen(function*() {
          yield* advanced
          const taken = requestsIn(message, "B01", identity.localKey).flatMap((payload) => [
            ...Either.getOrElse(Q10DataPoints.decode(payload), () => new Map<number, unknown>())
          ])
          const answers = yield* Effect.forEach(taken, ([point, value]) => take(point, value))
          return [...answers.flat(), ...(yield* push)]
        }),
      tick: Effect.flatMap(advanced, (now) => Effect.zipWith(push, liveWhileCleaning(now), (a, b) => [...a, ...b])),
      call: (method, params) =>
        Effect.gen(function*() {
          yield* advanced
          const [point] = [...Q10Codes.dataPointNames].find(([, name]) => name === method) ?? []
          if (point === undefined) return { result: "unknown_method" }
          const value = isList(params) && params.length === 1 ? params[0] : params
          const order = orderOf(robot, point, value)
          if (order === undefined) {
            yield* take(point, value)
            return { result: "ok" }
          }
          return perform(order) === "Done"
            ? { result: "ok" }
            : { error: { code: -10_007, message: "invalid status" } }
        }),
      dataPoints: () => {
        const message = toMessage(current())
        return new Map<number, unknown>([
          ...message.top ?? [],
          [101, Object.fromEntries(message.common ?? [])]
        ])
      },
      presence: sealPresence(seal),
      located: () => located
    }
  })
