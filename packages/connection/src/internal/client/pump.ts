/**
 * Drives a session over one wire: a reading loop, a writing loop and a timer. What a pass of the
 * session produced leaves in one write, whoever caused it; nothing runs per packet.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AuthError, ConnectError } from "../../MqttError.ts"
import { TransportError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Session } from "../../Session.ts"
import type { Wire } from "../../Wire.ts"
import { make as makeBell } from "./bell.ts"
import { linkFailed } from "./linkFailed.ts"

export type LinkError = AuthError | ConnectError

export interface Pump {
  readonly now: () => number
  /** Runs the session synchronously at the present instant, then wakes whoever has work. */
  readonly pass: <A>(run: (now: number) => A) => A
  /**
   * The instant for a publish. Those that leave in one write may have the same one: reading the clock
   * takes a tenth of the time of a message.
   */
  readonly publishTime: () => number
  /** Output was added outside of a pass: what else a pass looks at is looked at when it leaves. */
  readonly outputAdded: () => void
  /** From CONNECT to the end of the link; `onReady` runs once, after a good CONNACK. */
  readonly run: (
    wire: Wire,
    connect: Packet.Connect,
    /** When the server has to have let us in. */
    due: number,
    onReady: (negotiated: Negotiated) => Effect.Effect<void>
  ) => Effect.Effect<never, LinkError>
  readonly isWritable: () => boolean
  /**
   * Whether reading cannot stop now: an answer, or room for a publisher, may lie behind unread bytes,
   * or the wire cannot be paused.
   */
  readonly mustRead: () => boolean
  /** Waits until the bytes that wait for the wire are below the high-water mark, or the link is over. */
  readonly writable: Effect.Effect<void>
  /** To be called from the session's `onConnected`. */
  readonly connected: (negotiated: Negotiated) => void
  /** Reading may go on, or has to: looks again. */
  readonly wakeReader: () => void
}

export interface Hooks {
  /** Runs at the end of each pass: hands messages out. */
  readonly afterPass: () => void
  /** Consumers are full: do not read more. */
  readonly mustPause: () => boolean
  /** The next instant that needs a `tick`. */
  readonly deadline: () => number
  readonly tick: (now: number) => void
  /** Something that somebody should know of, once. */
  readonly takeReport: () => Report | undefined
}

export interface Report {
  readonly warning: string
  readonly total: number
  readonly details: Readonly<Record<string, string>>
}

/** Small enough to stay in the cache of the processor, large enough for hundreds of messages in a write. */
const highWaterBytes = 64 * 1024
/** Answers that the peer does not take, before nothing more is read that asks for others. */
const unsentAnswersBytes = 1024 * 1024

/** For DISCONNECT to leave and the peer to end its side; after that the wire is destroyed. */
export const goodbyeTimeout = Duration.seconds(2)

export const make = (session: Session, clock: Clock.Clock, stallTimeout: number, hooks: Hooks): Pump => {
  const writer = makeBell()
  const reader = makeBell()
  const timer = makeBell()
  const watcher = makeBell()
  let timerTarget = Infinity
  let passTime = 0
  let waitingForRoom = new Set<() => void>()
  let justConnected: Negotiated | undefined
  let writingSince: number | undefined
  let unsentAnswers = 0
  /** Whether not reading stops the server; otherwise the bytes would only wait in another place. */
  let pausable = true

  const mayHoldAnswer = () => session.awaitsAnswer() || waitingForRoom.size > 0

  const mustRead = () => !pausable || mayHoldAnswer()

  const paused = () =>
    unsentAnswers > unsentAnswersBytes || (session.mustPause() && !mayHoldAnswer()) ||
    (hooks.mustPause() && !mustRead())

  const stalledAt = () => writingSince === undefined ? Infinity : writingSince + stallTimeout

  const deadline = () => Math.min(session.deadline(), hooks.deadline(), stalledAt())

  /** Wakes the timer if it sleeps too long now, and the reader if it has reason to read. */
  const lookAgain = () => {
    if (deadline() < timerTarget) timer.ring()
    if (!paused()) reader.ring()
  }

  const pass = <A>(run: (now: number) => A): A => {
    passTime = clock.unsafeCurrentTimeMillis()
    const result = run(passTime)
    hooks.afterPass()
    const ended = session.ended() !== undefined
    if (ended || session.outputBytes() > 0) writer.ring()
    if (ended) watcher.ring()
    lookAgain()
    return result
  }

  const publishTime = () => {
    if (session.outputBytes() === 0 || writingSince !== undefined) passTime = clock.unsafeCurrentTimeMillis()
    return passTime
  }

  const outputAdded = () => {
    if (session.outputBytes() > 0) writer.ring()
    // The writer may be stuck, with a peer that takes nothing until it is read.
    if (writingSince !== undefined) lookAgain()
  }

  const isWritable = () => !session.isReady() || session.outputBytes() < highWaterBytes

  const releaseWaiting = () => {
    const waiting = waitingForRoom
    waitingForRoom = new Set()
    for (const resume of waiting) resume()
  }

  const linkError = (cause: TransportError): LinkError => session.ended() ?? linkFailed(cause)

  const takeOutput = () => {
    unsentAnswers = 0
    writingSince = clock.unsafeCurrentTimeMillis()
    lookAgain()
    return session.takeOutput()
  }

  const written = Effect.sync(() => {
    writingSince = undefined
    session.flushed(clock.unsafeCurrentTimeMillis())
    releaseWaiting()
  })

  const writing = (wire: Wire) =>
    Effect.forever(
      Effect.suspend((): Effect.Effect<void, LinkError> => {
        if (session.outputBytes() > 0) {
          return Effect.zipRight(Effect.mapError(wire.write(takeOutput()), linkError), written)
        }
        const ended = session.ended()
        if (ended === undefined) return writer.wait
        return isAbrupt(ended) ? Effect.fail(ended) : Effect.zipRight(wire.shutdown, Effect.fail(ended))
      })
    )

  /**
   * Bounds the end of a link: a write that the peer does not take must not keep what the session has
   * given up. An abrupt end is one at once; the others have a moment to flush and to shut down.
   */
  const watching: Effect.Effect<never, LinkError> = Effect.suspend(() => {
    const ended = session.ended()
    if (ended === undefined) return Effect.zipRight(watcher.wait, watching)
    return isAbrupt(ended) ? Effect.fail(ended) : Effect.delay(Effect.fail(ended), goodbyeTimeout)
  })

  const reading = (wire: Wire, onReady: (negotiated: Negotiated) => Effect.Effect<void>) =>
    Effect.forever(
      Effect.suspend(() => {
        const negotiated = justConnected
        if (negotiated !== undefined) {
          justConnected = undefined
          return onReady(negotiated)
        }
        if (paused()) {
          pass((now) => session.readingPaused(now, true))
          return Effect.tap(reader.wait, Effect.sync(() => pass((now) => session.readingPaused(now, false))))
        }
        return Effect.flatMap(Effect.mapError(wire.read, linkError), (bytes) => {
          const before = session.outputBytes()
          pass((now) => session.receive(now, bytes))
          unsentAnswers += session.outputBytes() - before
          return report()
        })
      })
    )

  const report = () => {
    const reported = hooks.takeReport()
    return reported === undefined
      ? Effect.void
      : Effect.annotateLogs(Effect.logWarning(reported.warning), {
        package: "connection",
        total: reported.total,
        ...reported.details
      })
  }

  const timing = Effect.forever(
    Effect.suspend((): Effect.Effect<void, LinkError> => {
      const now = clock.unsafeCurrentTimeMillis()
      timerTarget = deadline()
      if (Math.min(session.deadline(), hooks.deadline()) <= now) {
        pass((at) => {
          session.tick(at)
          hooks.tick(at)
        })
        return report()
      }
      // The session judges by what arrives; a peer that talks and never listens is found here.
      if (timerTarget <= now) return Effect.fail(linkError(stalled))
      // The deadline may move away while the timer sleeps: it looks again when it wakes.
      return timerTarget === Infinity
        ? timer.wait
        // Whole milliseconds: a sleep that ends a fraction early must not turn into a spin.
        : Effect.raceFirst(Effect.sleep(Math.ceil(timerTarget - now)), timer.wait)
    })
  )

  return {
    now: () => clock.unsafeCurrentTimeMillis(),
    pass,
    publishTime,
    outputAdded,
    run: (wire, connect, due, onReady) =>
      Effect.suspend(() => {
        justConnected = undefined
        timerTarget = Infinity
        writingSince = undefined
        unsentAnswers = 0
        pausable = wire.canPause
        pass((now) => session.open(now, connect, due))
        return Effect.raceFirst(
          Effect.raceFirst(reading(wire, onReady), writing(wire)),
          Effect.raceFirst(timing, watching)
        )
      }).pipe(
        Effect.ensuring(Effect.sync(() => {
          writingSince = undefined
          pass(session.lost)
          releaseWaiting()
        }))
      ),
    isWritable,
    mustRead,
    writable: Effect.suspend(() =>
      isWritable()
        ? Effect.void
        : Effect.async<void>((resume) => {
          const wake = () => resume(Effect.void)
          waitingForRoom.add(wake)
          reader.ring()
          return Effect.sync(() => waitingForRoom.delete(wake))
        })
    ),
    connected: (negotiated) => {
      justConnected = negotiated
    },
    wakeReader: reader.ring
  }
}

const stalled = new TransportError({ reason: "Write", cause: new Error("the peer takes no bytes") })

/** A peer that no longer answers is not told goodbye: its will has to fire. */
const isAbrupt = (error: LinkError): boolean =>
  error._tag === "ConnectError" && (error.reason === "KeepAliveTimeout" || error.reason === "AcknowledgementTimeout")
