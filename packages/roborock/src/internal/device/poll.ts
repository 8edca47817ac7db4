import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { DeviceState } from "../../DeviceState.ts"
import type { Vacuum } from "./vacuum.ts"

export interface Intervals {
  readonly active: Duration.DurationInput
  readonly idle: Duration.DurationInput
}

const isActive = ({ activity }: DeviceState) => activity === "cleaning" || activity === "returning"

/** A change settles before it is read, and a flood of pushes makes one request of it. */
const settling: Duration.DurationInput = "1 second"

/**
 * Reads the status for ever: after each wake-up, and at an interval that depends on what the robot does. The map is
 * read along while the robot moves, and once when its state has changed, since only the map says where it is: never
 * while it stands still.
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
    let { mapFlag: mappedFlag } = yield* vacuum.state.get
    while (true) {
      const state = yield* vacuum.state.get
      const flagChanged = state.mapFlag !== mappedFlag
      if (
        !state.stale && state.mapFlag !== undefined && (isActive(state) || state.state !== mappedState || flagChanged)
      ) {
        if (flagChanged || state.rooms.length === 0) yield* Effect.ignoreLogged(vacuum.refreshRooms)
        yield* Effect.ignoreLogged(vacuum.fetchMap)
        mappedState = state.state
        mappedFlag = state.mapFlag
      }
      const woken = Effect.delay(Queue.take(wakeUps), settling)
      yield* Effect.race(Effect.sleep(isActive(yield* vacuum.state.get) ? intervals.active : intervals.idle), woken)
      yield* Effect.ignoreLogged(vacuum.refreshStatus)
    }
  })
