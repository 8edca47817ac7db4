import type { SystemError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"

/** Whom a lock belongs to is not known, only whether it is still the same one. */
interface Seen {
  readonly id: string
  /** How often in a row it was in the way. */
  readonly times: number
}

interface Files {
  /** Makes a file; one that is there is a failure with `AlreadyExists`. */
  readonly create: (path: string) => Effect.Effect<void, SystemError>
  /** Tells one file of this name from the next; `undefined` when there is none. */
  readonly identify: (path: string) => Effect.Effect<string | undefined, SystemError>
  readonly remove: (path: string) => Effect.Effect<void, SystemError>
}

const pause = "20 millis"

/**
 * Two seconds. A holder is done within milliseconds: a lock that lasts this long is that of a program which was ended
 * meanwhile. (By this count and not by the time of the file, whose clock may be another machine's.)
 */
const abandonedAfter = 100

/**
 * Runs an effect while no other program that asks for the same lock runs its own. What a program leaves when it is killed
 * is taken away after two seconds.
 */
export const withLock =
  ({ create, identify, remove }: Files, path: string) =>
  <A, E, R>(use: Effect.Effect<A, E, R>): Effect.Effect<A, E | SystemError, R> => {
    const take = (seen?: Seen): Effect.Effect<void, SystemError> =>
      Effect.catchIf(
        create(path),
        ({ reason }) => reason === "AlreadyExists",
        () =>
          Effect.flatMap(identify(path), (id) => {
            if (id === undefined) return take()
            const times = seen?.id === id ? seen.times + 1 : 1
            return times > abandonedAfter
              ? Effect.zipRight(remove(path), take())
              : Effect.zipRight(Effect.interruptible(Effect.sleep(pause)), take({ id, times }))
          })
      )
    return Effect.acquireUseRelease(Effect.suspend(() => take()), () => use, () => Effect.ignore(remove(path)))
  }
