/**
 * When a client tries again. Any `Schedule` over the error will do; these are the usual ones.
 *
 * One run of the schedule serves one outage: it starts anew after a link that was stable.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import { InvalidOption, toMillis } from "./internal/optionValue.ts"
import type { ConnectError } from "./MqttError.ts"

/**
 * Decides on the delay before the next attempt, or that there is none. Refused credentials, which are
 * tried once more, come as a `ConnectError` of reason `ConnectRefused` whose `cause` is the `AuthError`.
 *
 * @since 0.1.0
 * @category models
 */
export type Reconnect = Schedule.Schedule<unknown, ConnectError>

const baseMillis = 1000
const capMillis = 60_000

/** Between which milliseconds the next delay is drawn; `doubled` is the base delay, doubled with each failure. */
const bounds = (error: ConnectError, doubled: number): readonly [least: number, most: number] => {
  const most = Math.min(capMillis, Math.max(baseMillis, doubled))
  switch (error.reasonCode) {
    case messageRateTooHigh:
      return [rateMillis, Math.max(2 * rateMillis, most)]
    case administrativeAction:
      return [capMillis / 2, capMillis]
    case maximumConnectTime:
      // Only a link that lasted begins a new run: after one, the server's limit needs no delay.
      return doubled > baseMillis ? [baseMillis / 2, most] : [0, baseMillis / 2]
    default:
      return [baseMillis / 2, most]
  }
}

const messageRateTooHigh = 0x96
const administrativeAction = 0x98
const maximumConnectTime = 0xa0
const rateMillis = 5000

/**
 * For ever, with delays drawn evenly between half a second and a bound that starts at one second
 * and doubles up to one minute. The spread keeps many clients from coming back at the same moment.
 *
 * A server that says why gets what it needs: at least five seconds after "message rate too high"
 * (0x96), half a minute to a minute after an administrative action (0x98), and no more than half a
 * second after "maximum connect time" (0xA0) on a link that was stable.
 *
 * @since 0.1.0
 * @category schedules
 */
export const forever: Reconnect = Schedule.makeWithState(
  baseMillis,
  (now, error: ConnectError, doubled) =>
    Effect.map(Random.nextRange(...bounds(error, doubled)), (millis) => {
      const delay = Math.round(millis)
      const next = ScheduleDecision.continueWith(ScheduleInterval.after(now + delay))
      return [Math.min(capMillis, doubled * 2), delay, next] as const
    })
)

/**
 * Never: the client gives up when the link drops.
 *
 * @since 0.1.0
 * @category schedules
 */
export const none: Reconnect = Schedule.stop

/**
 * Limits every delay of a schedule. A bound that is not a duration, such as `NaN`, throws: it would mean no delay at all.
 *
 * @example
 * ```ts
 * import { Reconnect } from "@effect-mqtt/connection"
 *
 * export const eager = Reconnect.maxInterval(Reconnect.forever, "5 seconds")
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const maxInterval: {
  (bound: Duration.DurationInput): (self: Reconnect) => Reconnect
  (self: Reconnect, bound: Duration.DurationInput): Reconnect
} = /*#__PURE__*/ dual(
  2,
  (self: Reconnect, bound: Duration.DurationInput): Reconnect => {
    if (toMillis(bound) === undefined) throw new InvalidOption("maxInterval", "a duration")
    return Schedule.modifyDelay(self, (_, delay) => Duration.min(delay, bound))
  }
)

/**
 * Gives up after this many attempts in one outage; a negative number means no limit. `NaN` throws: it would mean no
 * attempt at all.
 *
 * @example
 * ```ts
 * import { Reconnect } from "@effect-mqtt/connection"
 *
 * export const patient = Reconnect.forever.pipe(Reconnect.maxInterval("10 seconds"), Reconnect.retries(20))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const retries: {
  (count: number): (self: Reconnect) => Reconnect
  (self: Reconnect, count: number): Reconnect
} = /*#__PURE__*/ dual(
  2,
  (self: Reconnect, count: number): Reconnect => {
    if (Number.isNaN(count)) throw new InvalidOption("retries", "a number")
    return count < 0 ? self : Schedule.intersect(self, Schedule.recurs(count))
  }
)
