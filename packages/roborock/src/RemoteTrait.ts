/**
 * Driving a vacuum by hand.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { invalidArgument } from "./internal/device/argument.ts"
import { ignored } from "./internal/device/ignored.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * One movement. It ends after its duration, unless the next one comes before.
 *
 * @since 0.1.0
 * @category models
 */
export interface Movement {
  /** Metres per second, -0.3 (backwards) to 0.3. @default 0 */
  readonly velocity?: number | undefined
  /** Radians per second, -3.1 to 3.1; positive turns left. @default 0 */
  readonly turn?: number | undefined
  /** @default "1 second" */
  readonly duration?: Duration.DurationInput | undefined
}

/**
 * A robot that is being driven.
 *
 * @since 0.1.0
 * @category models
 */
export interface Remote {
  /** Moves it, and completes when the device has accepted the command. */
  readonly move: (movement: Movement) => Effect.Effect<void, CommandError>
  readonly halt: Effect.Effect<void, CommandError>
}

/**
 * Remote control.
 *
 * @since 0.1.0
 * @category models
 */
export interface RemoteTrait {
  /** Takes control of the robot. When the scope closes, the robot stops and is released. */
  readonly drive: Effect.Effect<Remote, CommandError, Scope.Scope>
}

const moveMethod = "app_rc_move"
const maxVelocity = 0.3
const maxTurn = 3.1
const maxDuration = Duration.toMillis("10 seconds")
const allowedMoves =
  `velocity has to be from -${maxVelocity} to ${maxVelocity}, turn from -${maxTurn} to ${maxTurn}, duration up to 10 seconds`

/** @internal */
export const make = (vacuum: Vacuum): RemoteTrait => ({
  drive: Effect.gen(function*() {
    let sequence = 0
    yield* Effect.acquireRelease(
      vacuum.command("app_rc_start"),
      () => ignored(vacuum.command("app_rc_end"))
    )
    return {
      move: ({ duration = "1 second", turn = 0, velocity = 0 }) => {
        const millis = Duration.toMillis(duration)
        return Math.abs(velocity) <= maxVelocity && Math.abs(turn) <= maxTurn && millis > 0 && millis <= maxDuration
          ? vacuum.command(moveMethod, [{ omega: turn, velocity, seqnum: ++sequence, duration: millis }])
          : Effect.fail(invalidArgument(moveMethod, allowedMoves))
      },
      halt: vacuum.command("app_rc_stop")
    }
  })
})
