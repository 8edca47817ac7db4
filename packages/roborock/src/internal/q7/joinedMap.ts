import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { uptime } from "../uptime.ts"

const patience = Duration.toMillis("10 seconds")

/** Beginnings that wait for their ends; of more the oldest are forgotten. */
const maxBegun = 4

const concat = (begin: Uint8Array, end: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(begin.length + end.length)
  whole.set(begin)
  whole.set(end, begin.length)
  return whole
}

/**
 * A map that is too large for one frame comes in two: the beginning of its text as protocol 300, and the end, like the
 * whole of a smaller one, as 301 (PROTOCOL 6.3). Neither says which map it is of: where the frames of several are mixed,
 * because other programs of the account have asked too, the beginning is the one with which the map can be opened.
 */
export const make = () => {
  let begun: ReadonlyArray<{ readonly payload: Uint8Array; readonly arrivedAt: number }> = []
  return {
    begin: (payload: Uint8Array): Effect.Effect<void> =>
      Effect.map(uptime, (arrivedAt) => {
        begun = [{ payload, arrivedAt }, ...begun].slice(0, maxBegun)
      }),
    /** The map that ends with this, or is this; a failure is that of the newest beginning. */
    end: <A, E>(
      payload: Uint8Array,
      open: (whole: Uint8Array) => Either.Either<A, E>
    ): Effect.Effect<Either.Either<A, E>> =>
      Effect.map(uptime, (now) => {
        begun = begun.filter(({ arrivedAt }) => now - arrivedAt <= patience)
        let failed: Either.Either<A, E> | undefined
        for (const beginning of begun) {
          const opened = open(concat(beginning.payload, payload))
          if (Either.isRight(opened)) {
            begun = begun.filter((other) => other !== beginning)
            return opened
          }
          failed ??= opened
        }
        const opened = open(payload)
        return Either.isRight(opened) ? opened : failed ?? opened
      })
  }
}
