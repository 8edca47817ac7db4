/**
 * A robot on the network: the device, driven by the clock, with an MQTT connection of its own.
 *
 * @since 0.1.0
 */
import { Transport } from "@effect-mqtt/connection/Transport"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { HomeRoom, RobotIdentity } from "./Account.ts"
import * as Account from "./Account.ts"
import type { FloorPlan } from "./FloorPlan.ts"
import type { HomeNetwork } from "./Ground.ts"
import { type Family, makeVacuumDevice } from "./internal/devices/family.ts"
import { type Trouble as DeviceTrouble, troubleCodes } from "./internal/devices/trouble.ts"
import { type CloudLink, makeCloudLink } from "./internal/simulation/cloudLink.ts"
import { type Faults, makeFaults } from "./internal/simulation/faults.ts"
import { makeHomePresence } from "./internal/simulation/homePresence.ts"
import { makePower } from "./internal/simulation/power.ts"
import type * as LocalPort from "./LocalPort.ts"
import * as Robot from "./Robot.ts"
import type * as V1Device from "./V1Device.ts"

/**
 * What happens to robots in homes.
 *
 * - `stuck`, `lifted`, `brushJammed`: as the name says
 * - `binFull`: the bin is full, in the nearest words of the family
 * - `noWater`: the tank for clean water is empty; Q7 and Q10 robots complain about the mop, for want of another code
 *
 * @since 0.1.0
 * @category models
 */
export type Trouble = DeviceTrouble

/**
 * A running robot, to inspect and to interfere with.
 *
 * @since 0.1.0
 * @category models
 */
export interface SimulatedRobot {
  readonly name: string
  readonly duid: string
  /** Which kind of robot it is, as chosen in the options. */
  readonly product: RobotIdentity["product"]
  /** Where it is and what it does, now. */
  readonly state: Effect.Effect<Robot.RobotState>
  /** Whether it has a connection to the broker. */
  readonly isOnline: Effect.Effect<boolean>
  /** Returns as soon as it has a connection to the broker and hears what is sent to it. */
  readonly awaitOnline: Effect.Effect<void>
  /** Returns as soon as it has noticed that it has none. */
  readonly awaitOffline: Effect.Effect<void>
  /** Its address on the home network; `undefined` when it is not on it. */
  readonly host: string | undefined
  /**
   * Its TCP port: `silent` accepts connections and answers nothing; `closed` accepts none, and its broadcasts stop.
   */
  readonly setLocal: (mode: LocalMode) => Effect.Effect<void>
  /** Switches it off for a time: no cloud, no home network. It drives on where it was. */
  readonly restart: (downFor: Duration.DurationInput) => Effect.Effect<void>
  /** Switches it off until it is switched on again. */
  readonly switchOff: Effect.Effect<void>
  /** Does nothing when it is on. */
  readonly switchOn: Effect.Effect<void>
  /**
   * Pairs it with the account again, as people do after a change of Wi-Fi: it restarts under the same id with another
   * local key, which the home data has from now on.
   */
  readonly pairAgain: Effect.Effect<void>
  /** From now on it lives this many times as fast as real time. */
  readonly setSpeed: (speed: number) => Effect.Effect<void>
  /** The floors that it knows, in the order of their map numbers. */
  readonly floors: ReadonlyArray<FloorPlan>
  /** Makes it stop with an error: a code of its family, or what has happened to it. */
  readonly fail: (error: number | Trouble) => Effect.Effect<void>
  /** Clears the error; a cleaning that was under way is then paused. */
  readonly recover: Effect.Effect<void>
  /** How many times it was asked to say where it is. */
  readonly located: Effect.Effect<number>
  /**
   * Calls a method of the device without the network: of V1 and of Q7 robots by name, of Q10 robots by the name of a data
   * point with its value (`call("dpStartClean", [1])`).
   */
  readonly call: V1Device.V1Device["call"]
  /** The data points that the cloud knows of it. */
  readonly dataPoints: Effect.Effect<ReadonlyMap<number, unknown>>
}

/**
 * What a robot does on the home network.
 *
 * @since 0.1.0
 * @category models
 */
export type LocalMode = "open" | "silent" | "closed"

/**
 * What a robot is, where it lives, and which broker it reports to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly identity: RobotIdentity
  readonly rooms: ReadonlyArray<HomeRoom>
  readonly plan: FloorPlan
  /** An S4 has none. @default none */
  readonly otherFloors?: ReadonlyArray<FloorPlan> | undefined
  /** The user part of the account's topics. */
  readonly owner: { readonly userId: string; readonly username: string }
  readonly mqttUrl: string
  readonly home: HomeNetwork
  /** Its number in the home. */
  readonly index: number
  /** @default {@link defaultReconnect} */
  readonly reconnectEvery?: Duration.DurationInput | undefined
  /** @default "30 seconds" */
  readonly broadcastEvery?: Duration.DurationInput | undefined
  /** Robots of the Q7 and Q10 families are reached only through the cloud. @default "1.0" */
  readonly localVersion?: LocalPort.LocalVersion | "none" | undefined
  /**
   * How many times as fast as real time it lives.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Battery percentage at the beginning.
   * @default 100
   */
  readonly battery?: number | undefined
  /**
   * Whether it begins switched off.
   * @default false
   */
  readonly offline?: boolean | undefined
  /** The faults of what it sends. @default none */
  readonly faults?: Faults | undefined
}

/**
 * How long a robot waits by default before it tries the broker again: always half a second, to keep tests of outages
 * short.
 *
 * @since 0.1.0
 * @category defaults
 */
export const defaultReconnect: Schedule.Schedule<number> = Schedule.spaced("500 millis")

/** How long nothing worth a push happens by itself; `undefined` when nothing will, until somebody gives an order. */
const quietTime = ({ activity, battery }: Robot.RobotState): Duration.Duration | undefined => {
  switch (activity) {
    case "Cleaning":
    case "Returning":
    case "Driving":
      return Duration.seconds(1)
    case "Charging":
      return battery < 100 ? Duration.seconds(5) : undefined
    case "Idle":
    case "Paused":
    case "Error":
      return Duration.minutes(1)
  }
}

/**
 * Starts a robot in its dock. It connects, and connects again, until the scope closes; while it has no connection it
 * goes on with what it was doing.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<SimulatedRobot, never, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const { faults = makeFaults(), home, identity, localVersion = "1.0", mqttUrl, owner, plan, rooms } = options
    const transport = yield* Transport
    const random = yield* Effect.random
    const reconnect = options.reconnectEvery === undefined
      ? defaultReconnect
      : Schedule.spaced(options.reconnectEvery)
    const family: Family = identity.product === "Q7" || identity.product === "Q10" ? identity.product : "V1"
    const version = family === "V1" && localVersion !== "none" ? localVersion : undefined
    const host = version === undefined ? undefined : yield* home.addressOf(options.index)
    const robot = Robot.make(plan, {
      nowMillis: yield* Clock.currentTimeMillis,
      speed: options.speed,
      battery: options.battery,
      otherFloors: identity.product === "S4" ? undefined : options.otherFloors
    })
    const { device, local } = yield* makeVacuumDevice({ identity, robot, rooms, host: host ?? "0.0.0.0" })
    const link: CloudLink = yield* makeCloudLink({
      identity,
      device,
      owner,
      mqttUrl,
      reconnect,
      faults,
      quietTime: () => quietTime(robot.state),
      onAnswered: Effect.suspend(() => presence?.stir ?? Effect.void)
    })
    const presence = host === undefined || version === undefined || local === undefined
      ? undefined
      : yield* makeHomePresence({
        identity,
        home,
        host,
        version,
        device: local,
        broadcastEvery: options.broadcastEvery ?? "30 seconds",
        faults,
        quietTime: () => quietTime(robot.state),
        onAnswered: link.stir
      })
    const stir = Effect.zipRight(link.stir, presence?.stir ?? Effect.void)
    const power = yield* makePower(
      Effect.provideService(
        Effect.all([link.run, presence?.run ?? Effect.never], { concurrency: 2 }),
        Transport,
        transport
      )
    )
    if (options.offline !== true) yield* power.on

    const tell = (command: Robot.Command) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        robot.command(command, now)
        return stir
      })
    return {
      name: identity.name,
      duid: identity.duid,
      product: identity.product,
      floors: robot.floors,
      state: Effect.map(Clock.currentTimeMillis, (now) => {
        robot.advance(now)
        return robot.state
      }),
      isOnline: link.isOnline,
      awaitOnline: link.awaitOnline,
      awaitOffline: link.awaitOffline,
      host,
      setLocal: (mode) => presence?.setMode(mode) ?? Effect.void,
      restart: power.restart,
      switchOff: power.off,
      switchOn: power.on,
      pairAgain: Effect.gen(function*() {
        yield* power.off
        identity.localKey = yield* Effect.withRandom(Account.randomSecret(Account.localKeyLength), random)
        yield* power.on
      }),
      setSpeed: (speed) => Effect.map(Clock.currentTimeMillis, (now) => robot.setSpeed(speed, now)),
      fail: (error) =>
        tell({ _tag: "Fail", errorCode: typeof error === "number" ? error : troubleCodes[family][error] }),
      recover: tell({ _tag: "Recover" }),
      located: Effect.sync(device.located),
      call: (method, params) => Effect.zipLeft(device.call(method, params), stir),
      dataPoints: Effect.sync(device.dataPoints)
    }
  })
