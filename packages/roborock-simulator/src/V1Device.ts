/**
 * The protocol side of a simulated robot: it opens frames, answers V1 requests, seals the answers, and pushes what
 * changes. It knows nothing of topics and brokers.
 *
 * @since 0.1.0
 */
import * as Frame from "@effect-mqtt/roborock/Frame"
import * as MapResponse from "@effect-mqtt/roborock/MapResponse"
import * as Rpc from "@effect-mqtt/roborock/Rpc"
import type { Security } from "@effect-mqtt/roborock/Security"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { HomeRoom, RobotIdentity } from "./Account.ts"
import { makeChanges } from "./internal/devices/device.ts"
import { makeSeal, requestsIn, sealPresence } from "./internal/frames/seal.ts"
import {
  type Answer as MethodAnswer,
  invalidParams,
  type Params as MethodParams,
  single
} from "./internal/v1/answers.ts"
import { makeConsumables } from "./internal/v1/consumables.ts"
import { makeDock } from "./internal/v1/dock.ts"
import { makeFloors } from "./internal/v1/floors.ts"
import { makeMapEdits } from "./internal/v1/mapEdits.ts"
import * as methodTable from "./internal/v1/methods.ts"
import { type V1ProductName, v1Products } from "./internal/v1/product.ts"
import { factorySettings } from "./internal/v1/settings.ts"
import { dataPoints } from "./internal/v1/status.ts"
import type { Robot } from "./Robot.ts"
import * as RrMapWriter from "./RrMapWriter.ts"

/**
 * Parameters of a method, as requests carry them.
 *
 * @since 0.1.0
 * @category models
 */
export type Params = MethodParams

/**
 * A result, or an error of the device.
 *
 * @since 0.1.0
 * @category models
 */
export type Answer = MethodAnswer

/**
 * A device. What it returns are the payloads of MQTT messages, to be published in that order.
 *
 * @since 0.1.0
 * @category models
 */
export interface V1Device {
  /** Answers a message. What is damaged, or sealed with another key, is silently ignored. */
  readonly handle: (message: Uint8Array) => Effect.Effect<ReadonlyArray<Uint8Array>>
  /**
   * Answers the payload of a request of the home network; the answer wants the time of its frame (Unix seconds). Maps
   * come by MQTT only. Nothing for anything that is not a request.
   */
  readonly handleLocal: (
    payload: Uint8Array
  ) => Effect.Effect<((timestamp: number) => Uint8Array) | undefined>
  /**
   * Brings the robot to the present; gives a push for the home network, which wants the time of its frame (Unix seconds),
   * when a data point has changed since the last one there.
   */
  readonly tickLocal: Effect.Effect<((timestamp: number) => Uint8Array) | undefined>
  /** Brings the robot to the present; returns a push when a data point has changed since the last one. */
  readonly tick: Effect.Effect<ReadonlyArray<Uint8Array>>
  /** Calls a method without the network, as the cloud does for a routine. */
  readonly call: (method: string, params: Params) => Effect.Effect<Answer>
  /** The data points as they are, by number. */
  readonly dataPoints: () => ReadonlyMap<number, unknown>
  /** What tells clients that it has come, or gone. */
  readonly presence: (online: boolean) => Effect.Effect<ReadonlyArray<Uint8Array>>
  /** How many times it was asked to say where it is. */
  readonly located: () => number
}

/**
 * What a device is made from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly identity: RobotIdentity & { readonly product: V1ProductName }
  /** Rooms of the home; they belong to rooms of the robot's floors by name. */
  readonly rooms: ReadonlyArray<HomeRoom>
  readonly robot: Robot
  /** Its address on the home network, as it reports it. */
  readonly host: string
}

/** Answered with a map; that of a past run shows its floor as it is now. */
const mapMethods: ReadonlySet<string> = new Set(["get_map_v1", "get_clean_record_map", "get_multi_map"])

/**
 * A device around a robot. Time and frame numbers come from the `Clock` and `Random` services.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<V1Device> =>
  Effect.gen(function*() {
    const { host, identity, robot, rooms } = options
    const settings = factorySettings()
    const consumables = makeConsumables()
    const product = v1Products[identity.product]
    const dock = makeDock(product, robot)
    const seal = yield* makeSeal("1.0", identity)
    let located = 0
    let mapSequence = 0
    let lastMillis = yield* Clock.currentTimeMillis
    const floors = makeFloors(robot, rooms, Math.floor(lastMillis / 1000))
    const mapEdits = makeMapEdits(robot)
    const { floorOf, methods } = methodTable.makeMethods({
      identity,
      product,
      dock,
      floors,
      mapEdits,
      rooms,
      robot,
      settings,
      consumables,
      host,
      onLocate: () => {
        located++
      }
    })
    const currentDataPoints = () =>
      dataPoints(robot.state, { settings, product, dock, floors }, consumables, lastMillis)
    const changes = makeChanges(currentDataPoints)
    const changesAtHome = makeChanges(currentDataPoints)
    const advanced = Effect.map(Clock.currentTimeMillis, (now) => {
      lastMillis = now
      robot.advance(now)
      return now
    })

    const call = (method: string, params: Params): Effect.Effect<Answer> =>
      Effect.map(advanced, (now) => methods.get(method)?.(params, now) ?? { result: "unknown_method" })

    const sealMap = (floor: number, requestId: number, security: Security) => {
      const { state } = robot
      const plan = robot.floors[floor] ?? robot.plan
      // On floors where the robot is not, it stands in the dock.
      const there = floor === state.floor ? state : { ...state, position: plan.parking, path: [], task: undefined }
      const content = RrMapWriter.encode(plan, there, {
        index: floor + 1,
        sequence: ++mapSequence,
        restrictions: mapEdits.of(floor)
      })
      return seal(Frame.protocols.mapResponse, () => MapResponse.encode({ requestId, content }, security))
    }

    const push = Effect.suspend(() => {
      const changed = changes()
      return changed.size === 0
        ? Effect.succeed([])
        : seal(Frame.protocols.rpcResponse, (timestamp) => Rpc.encodePush(changed, timestamp))
    })

    /** Which floor a request wants the map of; an answer where it cannot have it. */
    const wantedFloor = (method: string, params: Params): number | Answer => {
      if (floors.isLoading(lastMillis)) return { result: ["retry"] }
      if (method === "get_map_v1") return robot.state.floor
      const floor = method === "get_multi_map"
        ? single(params, "map_index")
        : floorOf(single(params, "start_time"))
      return typeof floor === "number" && robot.floors[floor] !== undefined ? floor : invalidParams
    }

    const answer = (request: Rpc.Request): Effect.Effect<ReadonlyArray<Uint8Array>> =>
      Effect.gen(function*() {
        const { id, method, params = [], security } = request
        const floor = mapMethods.has(method)
          ? security === undefined ? invalidParams : wantedFloor(method, params)
          : undefined
        const outcome = typeof floor === "number" ? { result: ["ok"] } : floor ?? (yield* call(method, params))
        const reply = yield* seal(
          Frame.protocols.rpcResponse,
          (timestamp) => Rpc.encodeResponse({ id, ...outcome }, timestamp)
        )
        const map = typeof floor === "number" && security !== undefined ? yield* sealMap(floor, id, security) : []
        return [...reply, ...map, ...(yield* push)]
      })

    return {
      handle: (message) =>
        Effect.gen(function*() {
          yield* advanced
          const answers = yield* Effect.forEach(
            requestsIn(message, "1.0", identity.localKey),
            (payload) =>
              Either.match(Rpc.decodeRequest(payload), {
                onLeft: () => Effect.succeed([]),
                onRight: answer
              })
          )
          return answers.flat()
        }),
      handleLocal: (payload) => {
        const request = Rpc.decodeRequest(payload)
        if (Either.isLeft(request)) return Effect.succeed(undefined)
        const { id, method, params = [] } = request.right
        const outcome = mapMethods.has(method) ? Effect.succeed(invalidParams) : call(method, params)
        return Effect.map(
          outcome,
          (answer) => (timestamp: number) => Rpc.encodeResponse({ id, ...answer }, timestamp)
        )
      },
      tickLocal: Effect.map(advanced, () => {
        const changed = changesAtHome()
        return changed.size === 0 ? undefined : (timestamp) => Rpc.encodePush(changed, timestamp)
      }),
      tick: Effect.zipRight(advanced, push),
      call,
      dataPoints: currentDataPoints,
      presence: sealPresence(seal),
      located: () => located
    }
  })
