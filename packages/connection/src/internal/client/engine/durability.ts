/**
 * The durable side of a client: opens its session in the store, and commits what the session asks
 * for, one batch after another, for as long as the client lives.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { ConnectError, StoreError } from "../../../MqttError.ts"
import type { Session } from "../../../Session.ts"
import type { StoredSession } from "../../../SessionStore.ts"
import { SessionStore } from "../../../SessionStore.ts"
import { Bell } from "../bell.ts"
import type { Pump } from "../link/pump.ts"

export interface Committer {
  /** There may be changes. */
  readonly ring: () => void
  /** Commits until the session is broken. */
  readonly run: Effect.Effect<never, ConnectError>
  /** Commits what is left, when nothing else will come. */
  readonly finish: Effect.Effect<void>
}

/** For the store to take what is left when the client closes. */
const finishTimeout = Duration.seconds(10)

const storeError = (cause: StoreError) => new ConnectError({ reason: "StoreError", retryable: false, cause })

/** The session of the client in the store of the context; undefined if that one keeps nothing. */
export const open = (
  clientId: string | undefined
): Effect.Effect<StoredSession | undefined, ConnectError, Scope.Scope> =>
  Effect.flatMap(SessionStore, (store) => {
    if (!store.isDurable) return Effect.succeed(undefined)
    if (clientId === undefined || clientId === "") {
      const cause = new Error("the option \"clientId\" has to be given: it names the session in the store")
      return new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause })
    }
    return Effect.mapError(store.open(clientId), storeError)
  })

const reportUnreadable = (unreadable: number) =>
  unreadable === 0 ? Effect.void : Effect.annotateLogs(
    Effect.logWarning("Records of the stored session could not be read, and were set aside"),
    { package: "connection", unreadable }
  )

export const makeCommitter = (session: Session, pump: Pump, stored: StoredSession): Committer => {
  const bell = new Bell()
  const turn = Effect.unsafeMakeSemaphore(1)

  /**
   * Says whether there was anything to commit. The end of a commit is told even to a client that closes, which
   * does not wait for a store that hangs.
   */
  const next = turn.withPermits(1)(Effect.suspend(() => {
    const changes = session.takeChanges()
    if (changes.length === 0) return Effect.succeed(false)
    return stored.commit(changes).pipe(
      Effect.catchAllDefect((cause) => new StoreError({ reason: "Io", cause })),
      Effect.match({
        onFailure: (error) => pump.pass((now) => session.commitFailed(now, error)),
        onSuccess: () => pump.pass((now) => session.committed(now))
      }),
      Effect.as(true)
    )
  })).pipe(Effect.uninterruptible, Effect.disconnect)

  const all: Effect.Effect<void> = Effect.flatMap(
    next,
    (more) => more && session.broken() === undefined ? all : Effect.void
  )

  return {
    ring: () => bell.ring(),
    run: Effect.zipRight(
      Effect.suspend(() => reportUnreadable(session.restored()?.unreadable ?? 0)),
      Effect.forever(
        Effect.suspend(() => session.broken() ?? Effect.flatMap(next, (more) => more ? Effect.void : bell.wait))
      )
    ),
    finish: Effect.timeoutOption(Effect.interruptible(all), finishTimeout).pipe(
      Effect.tap((finished) =>
        Option.isSome(finished) ? Effect.void : Effect.annotateLogs(
          Effect.logError("The session store does not answer: what it was told last may be lost"),
          { package: "connection" }
        )
      ),
      Effect.asVoid
    )
  }
}
