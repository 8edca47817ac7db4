/**
 * The durable side of a client: commits what its session asks for, one batch after another, for as long as the client
 * lives. It comes with the store, so that a program whose sessions are in memory has none of it in its bundle.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ConnectError } from "../../../MqttError.ts"
import { StoreError } from "../../../MqttError.ts"
import type { Session } from "../../../Session.ts"
import type { MakeDurable } from "../../session/durable.ts"
import * as durables from "../../session/durable.ts"
import type { StoredSession } from "../../store/storedSession.ts"
import { Bell } from "../bell.ts"
import type { Pump } from "../link/pump.ts"

export interface Committer {
  /** There may be changes. */
  readonly ring: () => void
  /** Commits until the session is broken, or need not be kept any more. */
  readonly run: (until: Effect.Effect<void>) => Effect.Effect<void, ConnectError>
  /** Commits what is left, when nothing else will come. */
  readonly finish: Effect.Effect<void>
}

/** What a client makes of a session that a store has opened. */
export interface DurableSession {
  readonly makeDurable: MakeDurable
  readonly makeCommitter: (session: Session, pump: Pick<Pump, "pass">) => Committer
}

export type Durability = (stored: StoredSession) => DurableSession

export const durability: Durability = (stored) => ({
  makeDurable: durables.of(stored.records),
  makeCommitter: (session, pump) => makeCommitter(session, pump, stored)
})

/** For the store to take what is left when the client closes. */
const finishTimeout = Duration.seconds(10)

const reportUnreadable = (unreadable: number) =>
  unreadable === 0 ? Effect.void : Effect.annotateLogs(
    Effect.logWarning("Records of the stored session could not be read, and were set aside"),
    { package: "connection", unreadable }
  )

const makeCommitter = (session: Session, pump: Pick<Pump, "pass">, stored: StoredSession): Committer => {
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
    run: (until) =>
      Effect.raceFirst(
        until,
        Effect.zipRight(
          Effect.suspend(() => reportUnreadable(session.restored()?.unreadable ?? 0)),
          Effect.forever(
            Effect.suspend(() => session.broken() ?? Effect.flatMap(next, (more) => more ? Effect.void : bell.wait))
          )
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
