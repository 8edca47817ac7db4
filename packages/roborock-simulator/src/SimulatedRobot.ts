/**
 * A robot on the network: the device, driven by the clock, with an MQTT connection of its own.
 *
 * @since 0.1.0
 */
import * as MqttClient from "@effect-mqtt/connection/MqttClient"
import type { MqttError } from "@effect-mqtt/connection/MqttError"
import { Transport } from "@effect-mqtt/connection/Transport"
import * as DiscoveryBroadcast from "@effect-mqtt/roborock/DiscoveryBroadcast"
import * as MqttCredentials from "@effect-mqtt/roborock/MqttCredentials"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import * as FiberSet from "effect/FiberSet"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { HomeRoom, RobotIdentity } from "./Account.ts"
import type { FloorPlan } from "./FloorPlan.ts"
import type { HomeNetwork } from "./Ground.ts"
import * as LocalPort from "./LocalPort.ts"
import * as Robot from "./Robot.ts"
import * as V1Device from "./V1Device.ts"

/**
 * A running robot, to look at and to meddle with.
 *
 * @since 0.1.0
 * @category models
 */
export interface SimulatedRobot {
  readonly name: string
  readonly duid: string
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
   * Its TCP port: `silent` takes connections and answers nothing, `closed` takes none and is not heard of any more.
   */
  readonly setLocal: (mode: LocalMode) => Effect.Effect<void>
  /** Switches it off for a time: no cloud, no home network. It drives on where it was. */
  readonly restart: (downFor: Duration.DurationInput) => Effect.Effect<void>
  /** Makes it stop with an error code, as when somebody lifts it. */
  readonly fail: (errorCode: number) => Effect.Effect<void>
  /** Puts it right; a cleaning that was under way is paused then. */
  readonly recover: Effect.Effect<void>
  /** How often it was asked to say where it is. */
  readonly located: Effect.Effect<number>
  /** Calls a V1 method of the device without the network. */
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
  /** @default "1.0" */
  readonly localVersion?: LocalPort.LocalVersion | "none" | undefined
  /**
   * How much faster than life it lives.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Percent at the beginning.
   * @default 100
   */
  readonly battery?: number | undefined
}

/**
 * How long a robot waits before it tries the broker again unless told otherwise: always half a second, so that a test of an outage is short.
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
    const { home, identity, localVersion = "1.0", mqttUrl, owner, plan, rooms } = options
    const transport = yield* Transport
    const reconnect = options.reconnectEvery === undefined
      ? defaultReconnect
      : Schedule.spaced(options.reconnectEvery)
    const host = localVersion === "none" ? undefined : yield* home.addressOf(options.index)
    const robot = Robot.make(plan, {
      nowMillis: yield* Clock.currentTimeMillis,
      speed: options.speed,
      battery: options.battery
    })
    const device = yield* V1Device.make({ identity, plan, robot, rooms, host: host ?? "0.0.0.0" })
    const online = yield* Effect.makeLatch(false)
    const offline = yield* Effect.makeLatch(true)
    /** Something has happened that may be worth a push. */
    const stirred = yield* Effect.makeLatch(false)
    let isOnline = false
    const setOnline = (now: boolean): Effect.Effect<void> =>
      Effect.suspend(() => {
        isOnline = now
        const opened = now ? [online, stirred] : [offline]
        return Effect.zipRight(
          (now ? offline : online).close,
          Effect.forEach(opened, (latch) => latch.open, { discard: true })
        )
      })

    const live = Effect.gen(function*() {
      const client = yield* MqttClient.make({
        url: mqttUrl,
        clientId: identity.duid,
        username: identity.mqtt.username,
        password: identity.mqtt.password,
        cleanStart: true,
        keepAlive: "30 seconds",
        reconnect,
        initialConnect: "retry"
      })
      const answers = MqttCredentials.responseTopic(owner, identity.duid)
      const publish = (messages: ReadonlyArray<Uint8Array>) =>
        Effect.forEach(messages, (message) => client.publish(answers, message), { discard: true })
      const { messages } = yield* client.subscription(MqttCredentials.requestTopic(owner, identity.duid))

      const respond = Stream.runForEach(
        messages,
        ({ payload }) => Effect.flatMap(device.handle(payload), publish).pipe(Effect.zipRight(stirred.open))
      )
      // Without a connection nothing is pushed, so that the first push after an outage tells what changed in it.
      const push = Effect.gen(function*() {
        yield* stirred.close
        if (isOnline) yield* Effect.flatMap(device.tick, publish)
        const quiet = quietTime(robot.state)
        yield* quiet === undefined ? stirred.await : Effect.timeoutOption(stirred.await, quiet)
      }).pipe(Effect.forever)
      // The subscription is restored behind the connection: what answers a ping has been through that, too.
      const watch = Stream.runForEach(client.status.changes, ({ _tag }) =>
        _tag === "Connected"
          ? Effect.matchEffect(client.ping, { onSuccess: () => setOnline(true), onFailure: () => setOnline(false) })
          : setOnline(false))
      // Fibers of their own, not `Effect.all`: those would give theirs to this one, and a wait with a time-out that
      // begins just when this one is interrupted would then last until its time is up.
      const fibers = yield* FiberSet.make<void, MqttError>()
      yield* Effect.forEach([respond, push, watch, client.failure], (loop) => FiberSet.run(fibers, loop), {
        discard: true
      })
      yield* FiberSet.join(fibers)
    }).pipe(
      Effect.scoped,
      Effect.ensuring(setOnline(false)),
      // The client gives up only when it is refused. A robot does not: its account may be accepted later.
      Effect.tapError((error) => Effect.logDebug(`simulated robot starts over: ${error._tag}`)),
      Effect.retry(reconnect),
      Effect.annotateLogs({ package: "roborock-simulator", robot: identity.name })
    )
    let mode: LocalMode = "open"
    const isOpen = yield* Effect.makeLatch(true)
    const isClosed = yield* Effect.makeLatch(false)
    const onHome = host === undefined || localVersion === "none" ? Effect.never : Effect.gen(function*() {
      yield* isOpen.await
      const serve = LocalPort.serve({
        localKey: identity.localKey,
        version: localVersion,
        device,
        isSilent: () => mode === "silent",
        onAnswered: Effect.asVoid(stirred.open)
      })
      yield* Effect.catchAll(home.listen(host, serve), (error) => Effect.logWarning(error.message))
      let seq = 0
      const call = Effect.suspend(() =>
        home.broadcast(host, DiscoveryBroadcast.encode({ duid: identity.duid, ip: host, version: localVersion }, ++seq))
      )
      yield* Effect.raceFirst(
        Effect.repeat(call, Schedule.spaced(options.broadcastEvery ?? "30 seconds")),
        isClosed.await
      )
    }).pipe(Effect.scoped, Effect.forever)

    const power = yield* FiberHandle.make<unknown>()
    const random = yield* Effect.random
    const on = FiberHandle.run(
      power,
      Effect.interruptible(
        Effect.provideService(
          Effect.all([live, Effect.withRandom(onHome, random)], { concurrency: 2 }),
          Transport,
          transport
        )
      )
    )
    const timer = yield* FiberHandle.make<unknown>()
    yield* on

    const tell = (command: Robot.Command) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        robot.command(command, now)
        return stirred.open
      })
    return {
      name: identity.name,
      duid: identity.duid,
      state: Effect.map(Clock.currentTimeMillis, (now) => {
        robot.advance(now)
        return robot.state
      }),
      isOnline: Effect.sync(() => isOnline),
      host,
      setLocal: (next) =>
        Effect.suspend(() => {
          mode = next
          return next === "closed"
            ? Effect.asVoid(Effect.zipRight(isOpen.close, isClosed.open))
            : Effect.asVoid(Effect.zipRight(isClosed.close, isOpen.open))
        }),
      restart: (downFor) =>
        Effect.zipRight(
          FiberHandle.clear(power),
          Effect.asVoid(FiberHandle.run(timer, Effect.interruptible(Effect.delay(on, downFor))))
        ),
      awaitOnline: online.await,
      awaitOffline: offline.await,
      fail: (errorCode) => tell({ _tag: "Fail", errorCode }),
      recover: tell({ _tag: "Recover" }),
      located: Effect.sync(device.located),
      call: (method, params) => Effect.zipLeft(device.call(method, params), stirred.open),
      dataPoints: Effect.sync(device.dataPoints)
    }
  })
