/**
 * The protocol side of a simulated robot: it opens frames, answers V1 requests, seals the answers, and pushes what
 * changes. It knows topics and brokers no more than the real one's protocol layer does.
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
import * as Random from "effect/Random"
import type { HomeRoom, RobotIdentity } from "./Account.ts"
import type { FloorPlan } from "./FloorPlan.ts"
import { type Answer as MethodAnswer, invalidParams, type Params as MethodParams } from "./internal/v1/answers.ts"
import { makeConsumables } from "./internal/v1/consumables.ts"
import { makeDock } from "./internal/v1/dock.ts"
import * as methodTable from "./internal/v1/methods.ts"
import { products } from "./internal/v1/product.ts"
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
  /** Answers a message. What is damaged, or sealed with another key, is passed over in silence. */
  readonly handle: (message: Uint8Array) => Effect.Effect<ReadonlyArray<Uint8Array>>
  /**
   * Answers the payload of a request of the home network; the answer wants the time of its frame (Unix seconds). Maps
   * come by MQTT only. Nothing for what is no request.
   */
  readonly handleLocal: (
    payload: Uint8Array
  ) => Effect.Effect<((timestamp: number) => Uint8Array) | undefined>
  /** Brings the robot to the present; returns a push when a data point has changed since the last one. */
  readonly tick: Effect.Effect<ReadonlyArray<Uint8Array>>
  /** Calls a method without the network, as the cloud does for a routine. */
  readonly call: (method: string, params: Params) => Effect.Effect<Answer>
  /** The data points as they are, by number. */
  readonly dataPoints: () => ReadonlyMap<number, unknown>
  /** How often it was asked to say where it is. */
  readonly located: () => number
}

/**
 * What a device is made of.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly identity: RobotIdentity
  /** Rooms of the home; they belong to rooms of the floor plan by name. */
  readonly rooms: ReadonlyArray<HomeRoom>
  readonly plan: FloorPlan
  readonly robot: Robot
  /** Its address on the home network, as it reports it. */
  readonly host: string
}

const maxSequence = 0xffff_ffff

/** Answered with a map; that of a past run shows the floor as it is now. */
const mapMethods: ReadonlySet<string> = new Set(["get_map_v1", "get_clean_record_map"])

/**
 * A device around a robot. Time and frame numbers come from the `Clock` and `Random` services.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<V1Device> =>
  Effect.gen(function*() {
    const { host, identity, plan, robot, rooms } = options
    const keys: Frame.Keys = { localKey: identity.localKey }
    const settings = factorySettings()
    const consumables = makeConsumables()
    const product = products[identity.product]
    const dock = makeDock(product, robot)
    let located = 0
    let mapSequence = 0
    let frameSequence = yield* Random.nextIntBetween(1, 1_000_000)
    const bornSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const methods = methodTable.makeMethods({
      identity,
      product,
      dock,
      rooms,
      plan,
      robot,
      settings,
      consumables,
      bornSeconds,
      host,
      onLocate: () => {
        located++
      }
    })
    let lastMillis = yield* Clock.currentTimeMillis
    const currentDataPoints = () => dataPoints(robot.state, { settings, product, dock }, consumables, lastMillis)
    let pushed = currentDataPoints()
    const advance = (now: number): void => {
      lastMillis = now
      robot.advance(now)
    }

    const call = (method: string, params: Params): Effect.Effect<Answer> =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        advance(now)
        return methods.get(method)?.(params, now) ?? { result: "unknown_method" }
      })

    const seal = (
      protocol: number,
      payload: (timestamp: number) => Uint8Array
    ): Effect.Effect<ReadonlyArray<Uint8Array>> =>
      Effect.gen(function*() {
        const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
        const random = yield* Random.nextIntBetween(0, 0x7fff_ffff)
        frameSequence = frameSequence >= maxSequence ? 1 : frameSequence + 1
        const sealed = Frame.encode(
          { version: "1.0", seq: frameSequence, random, timestamp, protocol, payload: payload(timestamp) },
          keys
        )
        if (Either.isRight(sealed)) return [sealed.right]
        yield* Effect.logWarning(`simulated ${identity.name} has an answer that fits no frame`)
        return []
      })

    const sealMap = (requestId: number, security: Security) =>
      Effect.flatMap(
        RrMapWriter.encode(plan, robot.state, { index: 1, sequence: ++mapSequence }),
        (content) => seal(Frame.protocols.mapResponse, () => MapResponse.encode({ requestId, content }, security))
      )

    const push = Effect.suspend(() => {
      const now = currentDataPoints()
      const changed = new Map([...now].filter(([id, value]) => pushed.get(id) !== value))
      pushed = now
      return changed.size === 0
        ? Effect.succeed([])
        : seal(Frame.protocols.rpcResponse, (timestamp) => Rpc.encodePush(changed, timestamp))
    })

    const answer = (request: Rpc.Request): Effect.Effect<ReadonlyArray<Uint8Array>> =>
      Effect.gen(function*() {
        const { id, method, params = [], security } = request
        const wantsMap = mapMethods.has(method)
        const outcome: Answer = wantsMap
          ? security === undefined ? invalidParams : { result: ["ok"] }
          : yield* call(method, params)
        const reply = yield* seal(
          Frame.protocols.rpcResponse,
          (timestamp) => Rpc.encodeResponse({ id, ...outcome }, timestamp)
        )
        const map = wantsMap && security !== undefined ? yield* sealMap(id, security) : []
        return [...reply, ...map, ...(yield* push)]
      })

    return {
      handle: (message) =>
        Effect.gen(function*() {
          advance(yield* Clock.currentTimeMillis)
          const answers = yield* Effect.forEach(Frame.decode(message, keys).frames, (frame) => {
            if (frame.version !== "1.0" || frame.protocol !== Frame.protocols.rpcRequest) return Effect.succeed([])
            const request = Rpc.decodeRequest(frame.payload)
            return Either.isRight(request) ? answer(request.right) : Effect.succeed([])
          })
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
      tick: Effect.flatMap(Clock.currentTimeMillis, (now) => {
        advance(now)
        return push
      }),
      call,
      dataPoints: currentDataPoints,
      located: () => located
    }
  })
