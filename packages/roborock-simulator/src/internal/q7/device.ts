import * as Frame from "@effect-mqtt/roborock/Frame"
import * as Q7MapPayload from "@effect-mqtt/roborock/Q7MapPayload"
import * as Q7Rpc from "@effect-mqtt/roborock/Q7Rpc"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { RobotIdentity } from "../../Account.ts"
import type { Robot } from "../../Robot.ts"
import { stateCodeB01 } from "../devices/b01.ts"
import { makeChanges, makeFinished, type VacuumDevice } from "../devices/device.ts"
import { makeSeal, requestsIn, sealPresence } from "../frames/seal.ts"
import { products } from "../products.ts"
import { encodeMap, liveMap } from "./map.ts"
import { makeMethods, type Reply } from "./methods.ts"
import { makeProperties } from "./properties.ts"

export interface Options {
  readonly identity: RobotIdentity
  readonly robot: Robot
  readonly host: string
}

/** Told unasked when they change; the others are asked for. */
const posted: ReadonlySet<string> = new Set(["status", "fault", "quantity", "wind", "water", "mode", "work_mode"])

const liveMapEveryMillis = 10_000

/** A long way would not fit a frame. */
const maxPathPoints = 2000

/** A robot of the Q7 family (PROTOCOL 6.2): methods with ids, and maps in frames of their own. */
export const makeQ7Device = ({ host, identity, robot }: Options): Effect.Effect<VacuumDevice> =>
  Effect.gen(function*() {
    const { model } = products[identity.product]
    const seal = yield* makeSeal("B01", identity)
    const properties = makeProperties(identity, robot)
    let located = 0
    let pushes = 0
    let lastMapMillis = 0
    const perform = makeMethods(robot, properties, host, () => {
      located++
    })

    const sealMap = ({ floor, mapType }: NonNullable<Reply["map"]>, now: number) => {
      const plan = robot.floors[floor] ?? robot.plan
      const { state } = robot
      const seconds = Math.floor(now / 1000)
      const map = encodeMap(
        plan,
        // The robot is on one floor; on the others it stands in the dock.
        floor === state.floor
          ? { ...state, path: state.path.slice(-maxPathPoints) }
          : { ...state, position: plan.parking, path: [] },
        { mapType, mapId: floor + 1, taskBegin: state.records[0]?.beginSeconds ?? seconds, now: seconds }
      )
      return seal(
        Frame.protocols.mapResponse,
        () => Q7MapPayload.encode(map, { model, serial: identity.serialNumber })
      )
    }

    const changes = makeChanges(() => new Map([...properties.all()].filter(([name]) => posted.has(name))))
    const finished = makeFinished(robot)
    const post = (method: string, data: unknown) => {
      const msgId = String(300_000_000_000 + ++pushes)
      return seal(Frame.protocols.rpcResponse, (timestamp) => Q7Rpc.encodeReply({ msgId, method, data }, timestamp))
    }
    const push = Effect.gen(function*() {
      const changed = changes()
      const posts = changed.size === 0 ? [] : yield* post("prop.post", Object.fromEntries(changed))
      const events = yield* Effect.forEach(finished(), () => post("event.clean_finish.post", {}))
      return [...posts, ...events.flat()]
    })

    const answer = (request: Q7Rpc.Request, now: number) =>
      Effect.gen(function*() {
        const { method, msgId, params = [] } = request
        const { code = 0, data, map } = perform(method, params, now)
        const reply = yield* seal(
          Frame.protocols.rpcResponse,
          (timestamp) => Q7Rpc.encodeReply({ msgId, method, data, code }, timestamp)
        )
        return [...reply, ...(map === undefined ? [] : yield* sealMap(map, now)), ...(yield* push)]
      })

    const liveMapWhileCleaning = (now: number) => {
      if (robot.state.activity !== "Cleaning" || now - lastMapMillis < liveMapEveryMillis) return Effect.succeed([])
      lastMapMillis = now
      return sealMap({ floor: robot.state.floor, mapType: liveMap }, now)
    }

    const advanced = Effect.tap(Clock.currentTimeMillis, (now) => Effect.sync(() => robot.advance(now)))
    return {
      handle: (message) =>
        Effect.gen(function*() {
          const now = yield* advanced
          const answers = yield* Effect.forEach(
            requestsIn(message, "B01", identity.localKey),
            (payload) =>
              Either.match(Q7Rpc.decodeRequest(payload), {
                onLeft: () => Effect.succeed([]),
                onRight: (request) => answer(request, now)
              })
          )
          return answers.flat()
        }),
      tick: Effect.gen(function*() {
        const now = yield* advanced
        return [...(yield* push), ...(yield* liveMapWhileCleaning(now))]
      }),
      call: (method, params) =>
        Effect.map(advanced, (now) => {
          const { code, data } = perform(method, params, now)
          return code === undefined ? { result: data ?? null } : { error: { code, message: "refused" } }
        }),
      dataPoints: () =>
        new Map<number, unknown>([
          [120, robot.state.errorCode],
          [121, stateCodeB01(robot.state)],
          [122, robot.state.battery],
          [123, properties.setting("wind")],
          [124, properties.setting("water")],
          [125, properties.life("main_brush", 18_000)],
          [126, properties.life("side_brush", 12_000)],
          [127, properties.life("hypa", 9000)],
          [141, robot.state.progress]
        ]),
      presence: sealPresence(seal),
      located: () => located
    }
  })
