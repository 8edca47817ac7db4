import type { SystemError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"

interface Seen {
  readonly holder: string | undefined
  /** How often in a row its lock was in the way. */
  readonly times: number
}

interface Files {
  /** Makes a file that says who holds the lock; one that is there is a failure with `AlreadyExists`. */
  readonly create: (path: string, holder: string) => Effect.Effect<void, SystemError>
  /** What the file says; `undefined` when there is none. */
  readonly read: (path: string) => Effect.Effect<string | undefined, SystemError>
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
 * is taken away after two seconds. One that was only suspended for longer no longer has the lock, and leaves that of the
 * next one alone.
 */
export const withLock =
  (files: Files, path: string) => <A, E, R>(use: Effect.Effect<A, E, R>): Effect.Effect<A, E | SystemError, R> =>
    Effect.uninterruptibleMask((restore) => {
      const own = randomUUID()
      const removeOf = (holder: string | undefined) =>
        Effect.flatMap(files.read(path), (found) => found === holder ? files.remove(path) : Effect.void)
      /** One program at a time: while it decides, another may have done so and have its own lock there. */
      const takeAway = (holder: string | undefined) => withLock(files, `${path}.lock`)(removeOf(holder))
      const take = (seen?: Seen): Effect.Effect<void, SystemError> =>
        Effect.catchIf(
          files.create(path, own),
          ({ reason }) => reason === "AlreadyExists",
          () =>
            Effect.flatMap(files.read(path), (holder) => {
              const times = seen !== undefined && seen.holder === holder ? seen.times + 1 : 1
              return times > abandonedAfter
                ? Effect.zipRight(restore(takeAway(holder)), take())
                : Effect.zipRight(restore(Effect.sleep(pause)), take({ holder, times }))
            })
        )
      return Effect.zipRight(take(), Effect.ensuring(restore(use), Effect.ignore(removeOf(own))))
    })
