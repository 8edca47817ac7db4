/**
 * A Roborock cloud and its robots, in one service: nothing in it is real but the protocols.
 *
 * @since 0.1.0
 */
import { Transport } from "@effect-mqtt/connection/Transport"
import { LocalNetwork } from "@effect-mqtt/roborock/LocalNetwork"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Account from "./Account.ts"
import * as FloorPlan from "./FloorPlan.ts"
import type { Ground } from "./Ground.ts"
import { makeGate, type WebCall as GateCall } from "./internal/cloud/gate.ts"
import { makeMemoryGround } from "./internal/memory/ground.ts"
import { makeBrokerAccess } from "./internal/simulation/brokerAccess.ts"
import { makeScenes } from "./internal/simulation/scenes.ts"
import type { LocalVersion } from "./LocalPort.ts"
import * as Sessions from "./Sessions.ts"
import * as SimulatedRobot from "./SimulatedRobot.ts"
import { SimulatorError } from "./SimulatorError.ts"
import * as WebApi from "./WebApi.ts"

/**
 * The simulator, for programs that want to know more than a client can see, or to cause trouble.
 *
 * @since 0.1.0
 * @category tags
 */
export class Simulator extends Context.Tag("@effect-mqtt/roborock-simulator/Simulator")<Simulator, {
  /** The login API; what else a client has to know comes with the answer of a login. */
  readonly baseUrl: string
  /** The broker, as logins hand it out: `tcp://host:port`. */
  readonly mqttUrl: string
  /** With what to log in. The code is what the simulated e-mails say. */
  readonly account: {
    readonly email: string
    readonly password: Redacted.Redacted
    readonly code: string
    readonly homeName: string
  }
  /** In the order of the options. */
  readonly robots: ReadonlyArray<SimulatedRobot.SimulatedRobot>
  readonly floorPlan: FloorPlan.FloorPlan
  /**
   * Ends every MQTT connection and stops listening; returns when the robots have noticed. They go on with what they
   * do, and try to reach the broker twice a second.
   */
  readonly stopBroker: Effect.Effect<void, SimulatorError>
  /** Starts it under the same address; does nothing when it runs. */
  readonly startBroker: Effect.Effect<void, SimulatorError>
  /** Answers every call of the web API with 503, as a gateway does that has no server behind it. */
  readonly stopWebApi: Effect.Effect<void>
  readonly startWebApi: Effect.Effect<void>
  /** The last 10 000 calls of the web API, oldest first. */
  readonly webCalls: Effect.Effect<ReadonlyArray<WebCall>>
  /** Ends all logins: no token, signature or MQTT password of theirs is good any more. */
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
export interface Options {
  /**
   * How much faster than life robots drive, clean and charge.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Decides all ids, keys and tokens.
   * @default "roborock-simulator"
   */
  readonly seed?: string | number | undefined
  /** @default `FloorPlan.flat()` */
  readonly floorPlan?: FloorPlan.FloorPlan | undefined
  /**
   * Each robot has the home for itself: they do not meet.
   * @default one, called "Living room"
   */
  readonly robots?: ReadonlyArray<RobotOptions> | undefined
  /**
   * How often robots say on the home network where they are.
   * @default "30 seconds"
   */
  readonly broadcastEvery?: Duration.DurationInput | undefined
  /**
   * How often robots that have lost the broker try to reach it.
   * @default "500 millis"
   */
  readonly reconnectEvery?: Duration.DurationInput | undefined
  /** @default "robin@example.com" */
  readonly email?: string | undefined
  /** @default "simulated" */
  readonly password?: Redacted.Redacted | undefined
  /** @default "246810" */
  readonly code?: string | undefined
  /** @default "Simulated home" */
  readonly homeName?: string | undefined
  /**
   * When false, logins by password are told that a code is needed.
   * @default true
   */
  readonly passwordLogin?: boolean | undefined
}

/**
 * One robot of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface RobotOptions {
  readonly name: string
  /**
   * Percent at the beginning.
   * @default 100
   */
  readonly battery?: number | undefined
  /**
   * `Qrevo Master` has a dock that empties, washes and dries.
   * @default "S7"
   */
  readonly product?: "S7" | "Qrevo Master" | undefined
  /**
   * What it speaks on the home network; `none` keeps it off that.
   * @default "1.0"
   */
  readonly localVersion?: LocalVersion | "none" | undefined
}

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
    const robotOptions = options.robots ?? [{ name: "Living room" }]
    const account = yield* Account.make({
      ...options,
      roomNames: plan.rooms.map(({ name }) => name),
      robotNames: robotOptions.map(({ name }) => name),
      products: robotOptions.map(({ product }) => product)
    })
    const sessions = Sessions.make()
    const owner = Sessions.topicOwner(account)
    const broker = yield* ground.broker(makeBrokerAccess(account, sessions))
    const robots = yield* Effect.forEach(account.robots, (identity, index) =>
      SimulatedRobot.make({
        identity,
        rooms: account.home.rooms,
        plan,
        owner,
        home: ground.home,
        index,
        broadcastEvery: options.broadcastEvery,
        reconnectEvery: options.reconnectEvery,
        localVersion: robotOptions[index]?.localVersion,
        mqttUrl: broker.url,
        speed: options.speed,
        battery: robotOptions[index]?.battery
      }))

    let baseUrl = ""
    const app = WebApi.make({
      account,
      sessions,
      addresses: Effect.sync(() => ({ baseUrl, mqttUrl: broker.url })),
      statusOf: (duid) => {
        const robot = robots.find((candidate) => candidate.duid === duid)
        return robot === undefined
          ? Effect.succeed({ online: false, dataPoints: new Map() })
          : Effect.all({ online: robot.isOnline, dataPoints: robot.dataPoints })
      },
      scenes: makeScenes(plan, robots),
      passwordLogin: options.passwordLogin ?? true
    })
    // Requests run in fibers of others; what they draw still has to come from the seed.
    const gate = makeGate(Effect.withRandom(app, random))
    baseUrl = yield* ground.serve(gate.app)

    yield* Effect.forEach(robots, (robot) => robot.awaitOnline, { discard: true }).pipe(
      Effect.timeoutFail({ duration: onlineTimeout, onTimeout: () => new SimulatorError({ reason: "RobotOffline" }) })
    )
    return {
      baseUrl,
      mqttUrl: broker.url,
      account: {
        email: account.email,
        password: account.password,
        code: account.code,
        homeName: account.home.name
      },
      robots,
      floorPlan: plan,
      stopBroker: Effect.zipRight(
        broker.stop,
        Effect.forEach(robots, (robot) => robot.awaitOffline, { discard: true })
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
