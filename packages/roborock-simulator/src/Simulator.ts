/**
 * A Roborock cloud and its robots, in one service: nothing in it is real but the protocols.
 *
 * @since 0.1.0
 */
import { Transport } from "@effect-mqtt/connection/Transport"
import { LocalNetwork } from "@effect-mqtt/roborock/LocalNetwork"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Account from "./Account.ts"
import type { Fault } from "./Fault.ts"
import * as FloorPlan from "./FloorPlan.ts"
import type { Ground } from "./Ground.ts"
import { makeGate, type WebCall as GateCall } from "./internal/cloud/gate.ts"
import { makeMemoryGround } from "./internal/memory/ground.ts"
import { makeBrokerAccess } from "./internal/simulation/brokerAccess.ts"
import { makeFaults } from "./internal/simulation/faults.ts"
import { makeScenes } from "./internal/simulation/scenes.ts"
import * as Sessions from "./Sessions.ts"
import * as SimulatedAppliance from "./SimulatedAppliance.ts"
import * as SimulatedRobot from "./SimulatedRobot.ts"
import { SimulatorError } from "./SimulatorError.ts"
import type * as SimulatorOptions from "./SimulatorOptions.ts"
import * as WebApi from "./WebApi.ts"

/**
 * The simulator, for programs that want to see more than a client can, or to cause trouble.
 *
 * @since 0.1.0
 * @category tags
 */
export class Simulator extends Context.Tag("@effect-mqtt/roborock-simulator/Simulator")<Simulator, {
  /** The login API; what else a client has to know comes with the answer of a login. */
  readonly baseUrl: string
  /** The broker, as logins hand it out: `tcp://host:port`, or `ssl://host:port` with TLS. */
  readonly mqttUrl: string
  /** The certificate (PEM) of a broker with TLS, which clients have to trust; `undefined` without. */
  readonly certificate: string | undefined
  /** The credentials to log in with. The code is the one in the simulated e-mails. */
  readonly account: {
    readonly email: string
    readonly password: Redacted.Redacted
    readonly code: string
    readonly homeName: string
  }
  /** In the order of the options. */
  readonly robots: ReadonlyArray<SimulatedRobot.SimulatedRobot>
  /** In the order of the options. */
  readonly appliances: ReadonlyArray<SimulatedAppliance.SimulatedAppliance>
  /** The floor on which robots begin; all that they know are their `floors`. */
  readonly floorPlan: FloorPlan.FloorPlan
  /** Makes something go wrong on one of the ways, until the scope closes. */
  readonly inject: (fault: Fault) => Effect.Effect<void, never, Scope.Scope>
  /** From now on all devices live this many times as fast as real time. */
  readonly setSpeed: (speed: number) => Effect.Effect<void>
  /**
   * Ends every MQTT connection and stops listening; returns when the robots have noticed. They go on with what they
   * are doing, and try to reach the broker twice a second.
   */
  readonly stopBroker: Effect.Effect<void, SimulatorError>
  /** Starts it under the same address; does nothing if it is running. */
  readonly startBroker: Effect.Effect<void, SimulatorError>
  /** Answers every call of the web API with 503, like a gateway without a server behind it. */
  readonly stopWebApi: Effect.Effect<void>
  readonly startWebApi: Effect.Effect<void>
  /** The last 10 000 calls of the web API, oldest first. */
  readonly webCalls: Effect.Effect<ReadonlyArray<WebCall>>
  /** Ends all logins: none of their tokens, signatures and MQTT passwords is valid any more. */
  readonly revokeLogins: Effect.Effect<void>
}>() {}

/**
 * A call of the web API: when (Unix milliseconds), and what for.
 *
 * @since 0.1.0
 * @category models
 */
export type WebCall = GateCall

/**
 * What can be chosen; every field has a default.
 *
 * @since 0.1.0
 * @category models
 */
export type Options = SimulatorOptions.Options

/**
 * One robot of the account.
 *
 * @since 0.1.0
 * @category models
 */
export type RobotOptions = SimulatorOptions.RobotOptions

/**
 * One wet-dry vacuum or washing machine of the account.
 *
 * @since 0.1.0
 * @category models
 */
export type ApplianceOptions = SimulatorOptions.ApplianceOptions

const onlineTimeout = "10 seconds"

/**
 * Starts a simulator on the given ground. It returns when the robots are connected, and ends with the scope.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options,
  ground: Ground
): Effect.Effect<Simulator["Type"], SimulatorError, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const random = yield* Effect.random
    const plan = options.floorPlan ?? FloorPlan.flat()
    const floors = [plan, ...options.otherFloors ?? []]
    const robotOptions = options.robots ?? [{ name: "Living room" }]
    const applianceOptions = options.appliances ?? []
    const account = yield* Account.make({
      ...options,
      roomNames: [...new Set(floors.flatMap(({ rooms }) => rooms.map(({ name }) => name)))],
      robotNames: robotOptions.map(({ name }) => name),
      products: robotOptions.map(({ product }) => product),
      appliances: applianceOptions,
      shared: [...robotOptions, ...applianceOptions].filter(({ shared }) => shared === true).map(({ name }) => name)
    })
    const sessions = Sessions.make()
    const owner = Sessions.topicOwner(account)
    const faults = makeFaults()
    const broker = yield* ground.broker(makeBrokerAccess(account, sessions))
    const common = {
      owner,
      faults,
      mqttUrl: broker.url,
      reconnectEvery: options.reconnectEvery,
      speed: options.speed
    }
    const robots = yield* Effect.forEach(account.robots, (identity, index) =>
      SimulatedRobot.make({
        ...common,
        identity,
        rooms: account.home.rooms,
        plan,
        otherFloors: options.otherFloors,
        home: ground.home,
        index,
        broadcastEvery: options.broadcastEvery,
        localVersion: robotOptions[index]?.localVersion,
        battery: robotOptions[index]?.battery,
        offline: robotOptions[index]?.offline
      }))
    const appliances = yield* Effect.forEach(account.appliances, (identity, index) =>
      SimulatedAppliance.make({ ...common, identity, offline: applianceOptions[index]?.offline }))
    const devices = [...robots, ...appliances]

    let baseUrl = ""
    const app = WebApi.make({
      account,
      sessions,
      addresses: Effect.sync(() => ({ baseUrl, mqttUrl: broker.url })),
      statusOf: (duid) => {
        const device = devices.find((candidate) =>
          candidate.duid === duid
        )
        return device === undefined
          ? Effect.succeed({ online: false, dataPoints: new Map() })
          : Effect.all({ online: device.isOnline, dataPoints: device.dataPoints })
      },
      scenes: makeScenes(plan, robots),
      schedulesOf: (duid) => {
        const index = devices.findIndex((candidate) => candidate.duid === duid)
        return index < 0 ? undefined : robotOptions[index]?.cloudSchedules ?? []
      },
      passwordLogin: options.passwordLogin ?? true
    })
    // Requests run in fibers of others; what they draw still has to come from the seed.
    const gate = makeGate(Effect.withRandom(app, random), faults.web)
    baseUrl = yield* ground.serve(gate.app)

    const isExpected = (_: unknown, index: number): boolean =>
      [...robotOptions, ...applianceOptions][index]?.offline !== true
    yield* Effect.forEach(devices.filter(isExpected), (device) => device.awaitOnline, { discard: true }).pipe(
      Effect.timeoutFail({ duration: onlineTimeout, onTimeout: () => new SimulatorError({ reason: "RobotOffline" }) })
    )
    return {
      baseUrl,
      mqttUrl: broker.url,
      certificate: broker.certificate,
      account: {
        email: account.email,
        password: account.password,
        code: account.code,
        homeName: account.home.name
      },
      robots,
      appliances,
      floorPlan: plan,
      inject: faults.inject,
      setSpeed: (speed: number) => Effect.forEach(devices, (device) => device.setSpeed(speed), { discard: true }),
      stopBroker: Effect.zipRight(
        broker.stop,
        Effect.forEach(devices, (device) => device.awaitOffline, { discard: true })
      ),
      startBroker: broker.start,
      stopWebApi: Effect.sync(() => gate.setOpen(false)),
      startWebApi: Effect.sync(() => gate.setOpen(true)),
      webCalls: Effect.sync(gate.calls),
      revokeLogins: Effect.zipRight(Effect.sync(sessions.closeAll), broker.disconnect(owner.username))
    }
  }).pipe(Effect.withRandom(Random.make(options.seed ?? "roborock-simulator")))

/**
 * A simulator in memory, for tests: no port is opened, and everything follows the program's `Clock`.
 *
 * It provides the `HttpClient`, the `Transport` and the `LocalNetwork` that lead into it (and nowhere else), for the
 * client under test.
 *
 * @example
 * ```ts
 * import { Simulator } from "@effect-mqtt/roborock-simulator"
 * import { Effect, Stream } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const { robots: [robot] } = yield* Simulator.Simulator
 *   if (robot === undefined) return
 *   yield* robot.call("app_segment_clean", [{ segments: [17], repeat: 1 }])
 *   yield* Stream.repeatEffect(Effect.delay(robot.state, "1 second")).pipe(
 *     Stream.takeUntil(({ activity }) => activity === "Charging"),
 *     Stream.runForEach(({ position, progress }) => Effect.log(`${progress} %`, position))
 *   )
 * }).pipe(Effect.provide(Simulator.layer({ speed: 20 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<Simulator | HttpClient.HttpClient | LocalNetwork | Transport> =>
  Layer.scopedContext(
    Effect.gen(function*() {
      const ground = yield* makeMemoryGround
      const simulator = yield* make(options, ground).pipe(
        Effect.provideService(Transport, ground.transport),
        // Memory opens no port and has no other broker, and robots are let in by their own simulator.
        Effect.orDie
      )
      return Context.make(Simulator, simulator).pipe(
        Context.add(HttpClient.HttpClient, ground.httpClient),
        Context.add(LocalNetwork, ground.localNetwork),
        Context.add(Transport, ground.transport)
      )
    })
  )
