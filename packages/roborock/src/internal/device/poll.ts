import type { LiveValue } from "@effect-mqtt/connection/LiveValue"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as DeviceState from "../../DeviceState.ts"
import type { Route } from "../../Route.ts"
import { ignored } from "./ignored.ts"
import type { Vacuum } from "./vacuum.ts"

/** How often, for a device that moves and for one that does not; over the home network asking costs nothing. */
export interface Intervals {
  readonly active: Duration.DurationInput | undefined
  readonly idle: Duration.DurationInput | undefined
}

const isActive = ({ activity }: DeviceState.DeviceState) => activity === "cleaning" || activity === "returning"

/** A change settles before it is read, and a flood of pushes makes one request of it. */
const settling: Duration.DurationInput = "1 second"

/** A device that has just fallen silent is asked again soon: most are back in a moment. */
const whileSilent = Duration.toMillis("15 seconds")

/** How long until the device is asked again. */
export const intervalOf = (state: DeviceState.DeviceState, route: Route, { active, idle }: Intervals): number => {
  const isLocal = route._tag === "Local"
  const interval = Duration.toMillis(
    isActive(state) ? active ?? (isLocal ? "15 seconds" : "30 seconds") : idle ?? (isLocal ? "1 minute" : "3 minutes")
  )
  return state.silentSince !== undefined && state.available ? Math.min(interval, whileSilent) : interval
}

/**
 * A silent device becomes unavailable by the clock, not by the time-out of some request.
 */
export const watchSilence = (state: LiveValue<DeviceState.DeviceState>): Effect.Effect<void> =>
  state.changes.pipe(
    Stream.map(({ available, silentSince }) => available ? silentSince : undefined),
    Stream.changes,
    Stream.flatMap((since) => since === undefined ? Stream.empty : Stream.fromEffect(expire(state, since)), {
      switch: true
    }),
    Stream.runDrain
  )

const expire = (state: LiveValue<DeviceState.DeviceState>, since: number) =>
  Effect.gen(function*() {
    const deadline = since + Duration.toMillis(DeviceState.toleratedSilence)
    yield* Effect.sleep(Math.max(0, deadline - (yield* Clock.currentTimeMillis)))
    const now = yield* Clock.currentTimeMillis
    yield* state.update((before) =>
      before.silentSince === since ? DeviceState.withSilence(before, before.trouble ?? "", now) : before
    )
  })

/**
 * Reads the status for ever: after each wake-up, and at an interval that depends on what the robot does and how it is
 * reached. The map is read along while the robot moves, and once when its state has changed, since only the map says
 * where it is: never while it stands still. With a change of state the names of the rooms are read as well.
 *
 * Failures are what `state.stale` shows; the next round comes all the same.
 */
export const poll = (
  vacuum: Vacuum,
  wakeUps: Queue.Dequeue<void>,
  intervals: Intervals
): Effect.Effect<never> =>
  Effect.gen(function*() {
    let mappedState: number | undefined
    let { mapFlag: mappedFlag, state: namedState } = yield* vacuum.state.get
    while (true) {
      const state = yield* vacuum.state.get
      const flagChanged = state.mapFlag !== mappedFlag
      if (
        !state.stale && state.mapFlag !== undefined && (isActive(state) || state.state !== mappedState || flagChanged)
      ) {
        // Rooms are named, divided and merged in the app, which is told to nobody.
        if (flagChanged || state.state !== namedState || state.rooms.length === 0) {
          yield* ignored(vacuum.refreshRooms)
        }
        yield* ignored(vacuum.fetchMap)
        namedState = state.state
        mappedState = state.state
        mappedFlag = state.mapFlag
      }
      const pause = intervalOf(yield* vacuum.state.get, yield* vacuum.channel.route.get, intervals)
      yield* Effect.race(Effect.sleep(pause), Effect.delay(Queue.take(wakeUps), settling))
      yield* ignored(vacuum.refreshStatus)
    }
  })
