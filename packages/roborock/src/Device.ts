/**
 * A device of the account.
 *
 * @since 0.1.0
 */
import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Subscribable from "effect/Subscribable"
import type { CloudChannel } from "./CloudChannel.ts"
import type { CloudSchedulesTrait } from "./CloudSchedulesTrait.ts"
import * as DeviceChannel from "./DeviceChannel.ts"
import type { DeviceMemory } from "./DeviceMemory.ts"
import * as DeviceState from "./DeviceState.ts"
import type { HomeDevice, HomeRoom } from "./HomeData.ts"
import * as a01 from "./internal/device/a01.ts"
import * as cloudDevice from "./internal/device/cloudDevice.ts"
import { familyOf } from "./internal/device/family.ts"
import * as features from "./internal/device/features.ts"
import { ignored } from "./internal/device/ignored.ts"
import { offer } from "./internal/device/offer.ts"
import { poll, watchSilence } from "./internal/device/poll.ts"
import * as q10 from "./internal/device/q10.ts"
import * as q7 from "./internal/device/q7.ts"
import * as vacuums from "./internal/device/vacuum.ts"
import * as watchedPoints from "./internal/device/watchedPoints.ts"
import * as log from "./internal/log.ts"
import type { LocalDiscovery } from "./LocalDiscovery.ts"
import type { LocalNetwork } from "./LocalNetwork.ts"
import { type AuthError, type ConnectError, UnsupportedTrait } from "./RoborockError.ts"
import type { Route } from "./Route.ts"
import type { RoutinesTrait } from "./RoutinesTrait.ts"
import * as Trait from "./Trait.ts"

/**
 * A device. One that this package cannot talk to is listed too: it has no traits, `unsupported` says why, and its
 * state is what the cloud last knew.
 *
 * @since 0.1.0
 * @category models
 */
export interface Device {
  readonly duid: string
  readonly name: string
  readonly model: string | undefined
  readonly productName: string | undefined
  readonly firmware: string | undefined
  /** Shared with this account by another person. */
  readonly shared: boolean
  readonly unsupported: string | undefined
  /** How the device is reached now; `None` for one that is not supported. */
  readonly route: Subscribable.Subscribable<Route>
  /** `get` is the state now; `changes` begins with it and ends with the session. A slow reader misses states in between. */
  readonly state: Subscribable.Subscribable<DeviceState.DeviceState>
  /**
   * The same with a callback, for code outside Effect: called with the state now and with each change. The effect that
   * it returns removes the listener. If a listener throws, that is logged, and it is called again the next time.
   */
  readonly onState: (listener: (state: DeviceState.DeviceState) => void) => Effect.Effect<Effect.Effect<void>>
  /** The names of the traits that it has. */
  readonly traits: Effect.Effect<ReadonlyArray<Trait.TraitName>>
  /** A capability of the device, typed by its name. */
  readonly trait: <Name extends Trait.TraitName>(name: Name) => Effect.Effect<Trait.Traits[Name], UnsupportedTrait>
}

/**
 * How often the device is asked.
 *
 * @since 0.1.0
 * @category models
 */
export interface Polling {
  /** While the robot moves. @default 15 seconds over the home network, 30 seconds through the cloud */
  readonly active?: Duration.DurationInput | undefined
  /** While it does not, since it pushes what changes. @default 1 minute over the home network, 3 minutes through the cloud */
  readonly idle?: Duration.DurationInput | undefined
}

/**
 * What opening a device takes, besides the services.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options
  extends Pick<DeviceChannel.Options, "mqttKey" | "renewKey" | "timeout" | "place" | "evenUnreachable">
{
  readonly home: HomeDevice
  /** The rooms of the home; asks the cloud once more when told that a room is missing. */
  readonly homeRooms: (missing: boolean) => Effect.Effect<ReadonlyArray<HomeRoom>>
  readonly poll?: Polling | undefined
  /** The region of the account, such as `us`: some levels have other codes in China. */
  readonly region?: string | undefined
  /** The routines of the app that the device takes part in. @default the device has no such trait */
  readonly routines?: RoutinesTrait | undefined
  /** The schedules that the cloud keeps for it. @default the device has no such trait */
  readonly cloudSchedules?: CloudSchedulesTrait | undefined
  /** What was remembered of it. @default nothing */
  readonly memory?: DeviceMemory | undefined
}

/** A task is done or given up, drying begins or ends: what the status says about that has no data point. */
const eventPoints = [130, 131, 132, 134]

const noRoute = "The device can be reached neither over the home network nor through the cloud."

const unreachable: Subscribable.Subscribable<Route> = Subscribable.make({
  get: Effect.succeed({ _tag: "None" }),
  changes: Stream.succeed({ _tag: "None" })
})

const makeTraits = (options: Options, state: LiveValue.LiveValue<DeviceState.DeviceState>) =>
  Effect.gen(function*() {
    const { home, homeRooms, memory, mqttKey, renewKey, timeout } = options
    const known = memory === undefined ? undefined : yield* memory.rooms()
    if (known !== undefined) yield* state.update((before) => DeviceState.withRooms(before, known))
    const wakeUps = yield* Queue.sliding<void>(1)
    const wake = Effect.asVoid(Queue.offer(wakeUps, undefined))
    const channel = yield* DeviceChannel.make({
      duid: home.duid,
      localKey: home.localKey,
      renewKey: renewKey === undefined ? undefined : (inDoubt, reason) =>
        // Only with another key: a silent device would be asked anew as soon as its last request is over, for ever.
        Effect.tap(renewKey(inDoubt, reason), (found) => Equal.equals(found, inDoubt) ? Effect.void : wake),
      mqttKey,
      timeout,
      place: options.place ?? (memory === undefined ? undefined : yield* memory.place),
      onPlace: memory?.keepPlace,
      evenUnreachable: options.evenUnreachable
    })
    const vacuum = vacuums.make({
      name: home.name,
      firmware: home.firmware,
      region: options.region,
      features: features.make(home, channel, memory),
      channel,
      state,
      homeRooms,
      wake,
      memory
    })
    const isEvent = watchedPoints.make(eventPoints, home.dataPoints)
    yield* channel.pushes.pipe(
      Stream.runForEach((push) =>
        Effect.gen(function*() {
          const now = yield* Clock.currentTimeMillis
          const before = yield* state.get
          const after = yield* state.update((self) => DeviceState.withPush(self, push, now))
          // A push has a part of the status only; a new state changes the rest of it as well.
          if (isEvent(push.dataPoints) || after.state !== before.state || after.online !== before.online) yield* wake
        })
      ),
      // A device may be opened where nothing can be interrupted; what runs behind it must end with the scope all the same.
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* channel.route.changes.pipe(
      Stream.drop(1),
      Stream.runForEach((route) =>
        route._tag === "None"
          ? Effect.flatMap(
            Clock.currentTimeMillis,
            (now) => state.update((before) => DeviceState.withSilence(before, route.error?.message ?? noRoute, now))
          )
          // What the device did while it could not be reached is not pushed again.
          : wake
      ),
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* watchSilence(state).pipe(Effect.interruptible, Effect.forkScoped)
    const first = yield* Effect.exit(vacuum.refreshStatus)
    if (Exit.isSuccess(first)) yield* ignored(vacuum.refreshRooms)
    else yield* log.debug(`"${home.name}" does not answer yet: ${Cause.pretty(first.cause)}`)
    yield* poll(vacuum, wakeUps, {
      active: options.poll?.active,
      idle: options.poll?.idle
    }).pipe(Effect.interruptible, Effect.forkScoped)
    return { traits: Trait.ofVacuum(vacuum), route: channel.route }
  })

const dialects = {
  dyad: { version: "A01", dialect: a01.makeDyad },
  zeo: { version: "A01", dialect: a01.makeZeo },
  q7: { version: "B01", dialect: q7.make },
  q10: { version: "B01", dialect: q10.make }
} as const

const isV1 = (home: HomeDevice): boolean => {
  const described = familyOf(home)
  // One that is not supported shows what the cloud tells of vacuums.
  return !("family" in described) || described.family === "v1"
}

const open = (options: Options, state: LiveValue.LiveValue<DeviceState.DeviceState>) => {
  const { evenUnreachable = false, home, poll: intervals, timeout = "10 seconds" } = options
  const described = familyOf(home)
  return !("family" in described) || described.family === "v1"
    ? makeTraits(options, state)
    : Effect.map(
      cloudDevice.open({
        ...dialects[described.family],
        home,
        state,
        timeout,
        memory: options.memory,
        evenUnreachable,
        renewKey: options.renewKey,
        poll: { active: intervals?.active, idle: intervals?.idle }
      }).pipe(Effect.zipLeft(Effect.forkScoped(Effect.interruptible(watchSilence(state))))),
      ({ offers, route }) => ({ traits: offers, route })
    )
}

/**
 * Opens a device: listens to it, reads its status and its rooms, and keeps the state up to date until the scope ends.
 * A device that does not answer is not a failure: its state is `stale` until it does.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<
  Device,
  AuthError | ConnectError,
  CloudChannel | LocalDiscovery | LocalNetwork | Scope.Scope
> =>
  Effect.gen(function*() {
    const { cloudSchedules, home, routines } = options
    const { unsupported } = home
    const isVacuum = isV1(home)
    const state = yield* LiveValue.make(
      DeviceState.initial(isVacuum ? home.dataPoints : new Map(), home.online ?? true),
      isVacuum ? DeviceState.isSame : cloudDevice.isSame
    )
    const listeners = yield* FiberSet.make<void>()
    const opened = unsupported === undefined ? yield* open(options, state) : undefined
    // These are the cloud's, whatever the device is.
    const traits: Trait.Offers = opened === undefined ? {} : {
      ...opened.traits,
      ...(routines === undefined ? {} : { routines: offer(routines) }),
      ...(cloudSchedules === undefined ? {} : { cloudSchedules: offer(cloudSchedules) })
    }
    return {
      duid: home.duid,
      name: home.name,
      model: home.model,
      productName: home.productName,
      firmware: home.firmware,
      shared: home.shared,
      unsupported,
      route: opened?.route ?? unreachable,
      state,
      onState: (listener) =>
        state.changes.pipe(
          Stream.runForEach((value) =>
            Effect.catchAllCause(
              Effect.sync(() => listener(value)),
              (cause) => log.warning(`a listener of "${home.name}" failed`, Cause.squash(cause))
            )
          ),
          Effect.interruptible,
          FiberSet.run(listeners),
          Effect.map((fiber) => Effect.asVoid(Fiber.interrupt(fiber)))
        ),
      traits: Trait.namesOf(traits),
      trait: (name) =>
        Effect.mapError(
          unsupported === undefined ? Trait.find(traits, name) : Effect.fail(unsupported),
          (why) => new UnsupportedTrait({ trait: name, device: home.name, why })
        )
    }
  })
