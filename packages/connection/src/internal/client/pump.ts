/**
 * Drives a session over one wire: a fiber reads, a write has one while it lasts, and so has the alarm.
 * What a pass of the session produced leaves in one write, whoever caused it; nothing runs per packet.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import { TransportError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Session } from "../../Session.ts"
import type { Wire } from "../../Wire.ts"
import * as alarms from "./alarm.ts"
import { make as makeBell } from "./bell.ts"
import type { LinkError } from "./linkFailed.ts"
import { linkFailed } from "./linkFailed.ts"
import * as writers from "./writer.ts"

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
  /** Output was taken, which may have been added outside of a pass. */
  readonly afterWrite: () => void
  /** Consumers are full: do not read more. */
  readonly mustPause: () => boolean
  /** Somebody waits for a message, which may lie behind unread bytes. */
  readonly awaitsMessage: () => boolean
  /** The next instant that needs a `tick`. */
  readonly deadline: () => number
  readonly tick: (now: number) => void
  /** Something that somebody should know of, once. */
  readonly takeReport: () => Effect.Effect<void> | undefined
}

/** What there is while there is a wire. */
interface Link {
  readonly wire: Wire
  readonly fork: alarms.Fork
  readonly alarm: alarms.Alarm
  readonly writer: writers.Writer
  /** Ends the link; the first call counts. */
  readonly over: (ending: Effect.Effect<never, LinkError>) => void
}

/** Small enough to stay in the cache of the processor, large enough for hundreds of messages in a write. */
const highWaterBytes = 64 * 1024
/** Answers that the peer does not take, before nothing more is read that asks for others. */
const unsentAnswersBytes = 1024 * 1024

/** For DISCONNECT to leave and the peer to end its side; after that the wire is destroyed. */
export const goodbyeTimeout = Duration.seconds(2)

export const make = (session: Session, clock: Clock.Clock, stallTimeout: number, hooks: Hooks): Pump => {
  const reader = makeBell()
  let link: Link | undefined
  let passTime = 0
  let waitingForRoom = new Set<() => void>()
  let justConnected: Negotiated | undefined
  let unsentAnswers = 0
  /** When to stop waiting for the goodbye to leave. */
  let goodbyeDue = Infinity

  const mayHoldAnswer = () => session.awaitsAnswer() || waitingForRoom.size > 0 || hooks.awaitsMessage()

  /** Not reading stops the server only if the wire can be paused; otherwise the bytes would wait in another place. */
  const mustRead = () => link?.wire.canPause === false || mayHoldAnswer()

  const paused = () =>
    unsentAnswers > unsentAnswersBytes || session.mustStop() || (session.mustPause() && !mayHoldAnswer()) ||
    (hooks.mustPause() && !mustRead())

  const writingSince = () => link?.writer.writingSince()
  const stalledAt = () => (writingSince() ?? Infinity) + stallTimeout

  const deadline = () => Math.min(session.deadline(), hooks.deadline(), stalledAt(), goodbyeDue)

  /** Sets the alarm, and wakes the reader if it has reason to read. */
  const lookAgain = () => {
    link?.alarm.by(deadline())
    if (!paused()) reader.ring()
  }

  const linkError = (cause: TransportError): LinkError => session.ended() ?? linkFailed(cause)

  /**
   * Bounds the end of a link: a write that the peer does not take must not keep what the session has
   * given up. An abrupt end is one at once; the others have a moment to flush and to shut down.
   */
  const noticeEnd = (present: Link, ended: LinkError) => {
    if (isAbrupt(ended)) return present.over(Effect.fail(ended))
    if (goodbyeDue === Infinity) goodbyeDue = passTime + Duration.toMillis(goodbyeTimeout)
    present.writer.schedule()
  }

  const pass = <A>(run: (now: number) => A): A => {
    passTime = clock.unsafeCurrentTimeMillis()
    const result = run(passTime)
    hooks.afterPass()
    if (link !== undefined) {
      const ended = session.ended()
      if (ended !== undefined) noticeEnd(link, ended)
      else if (session.outputBytes() > 0) link.writer.schedule()
    }
    lookAgain()
    return result
  }

  const publishTime = () => {
    if (session.outputBytes() === 0 || writingSince() !== undefined) passTime = clock.unsafeCurrentTimeMillis()
    return passTime
  }

  const outputAdded = () => {
    if (session.outputBytes() > 0) link?.writer.schedule()
    // The write may be stuck, with a peer that takes nothing until it is read.
    if (writingSince() !== undefined) lookAgain()
  }

  const isWritable = () => !session.isReady() || session.outputBytes() < highWaterBytes

  const releaseWaiting = () => {
    const waiting = waitingForRoom
    waitingForRoom = new Set()
    for (const resume of waiting) resume()
  }

  const onWrite = () => {
    unsentAnswers = 0
    hooks.afterWrite()
    lookAgain()
  }

  const onWritten = () => {
    releaseWaiting()
    if (!paused()) reader.ring()
  }

  const reading = (wire: Wire, onReady: (negotiated: Negotiated) => Effect.Effect<void>) => {
    const receive = (bytes: Uint8Array) => {
      const before = session.outputBytes()
      pass((now) => session.receive(now, bytes))
      unsentAnswers += session.outputBytes() - before
      const report = hooks.takeReport()
      if (report !== undefined) return Effect.zipRight(report, loop)
      // Those who are full have a turn before more comes that cannot wait.
      return hooks.mustPause() ? Effect.zipRight(Effect.yieldNow(), loop) : loop
    }
    const loop: Effect.Effect<never, LinkError> = Effect.suspend(() => {
      const negotiated = justConnected
      if (negotiated !== undefined) {
        justConnected = undefined
        return Effect.zipRight(onReady(negotiated), loop)
      }
      if (!paused()) return Effect.flatMap(Effect.mapError(wire.read, linkError), receive)
      pass((now) => session.readingPaused(now, true))
      return Effect.flatMap(reader.wait, () => {
        pass((now) => session.readingPaused(now, false))
        return loop
      })
    })
    return loop
  }

  const onWake = (present: Link) => {
    const now = clock.unsafeCurrentTimeMillis()
    if (Math.min(session.deadline(), hooks.deadline()) <= now) {
      pass((at) => {
        session.tick(at)
        hooks.tick(at)
      })
      const report = hooks.takeReport()
      if (report !== undefined) present.fork(report)
      return
    }
    const ended = session.ended()
    if (ended !== undefined && goodbyeDue <= now) return present.over(Effect.fail(ended))
    // The session judges by what arrives; a peer that talks and never listens is found here.
    if (stalledAt() <= now) return present.over(Effect.fail(linkError(stalled)))
    lookAgain()
  }

  const start = (
    wire: Wire,
    runtime: Runtime.Runtime<never>,
    over: (ending: Effect.Effect<never, LinkError>) => void
  ): Link => {
    const fork = Runtime.runFork(runtime)
    const present: Link = {
      wire,
      fork,
      alarm: alarms.make(clock, fork, () => onWake(present)),
      writer: writers.make(
        session,
        wire,
        clock,
        FiberRefs.getOrDefault(runtime.fiberRefs, FiberRef.currentScheduler),
        fork,
        { onWrite, onWritten, over, toError: linkError }
      ),
      over
    }
    return present
  }

  const stop = (present: Link, readerFiber: Fiber.Fiber<never, LinkError>) =>
    Effect.suspend(() => {
      link = undefined
      present.alarm.stop()
      return Effect.zipRight(present.writer.stop, Fiber.interrupt(readerFiber))
    })

  return {
    now: () => clock.unsafeCurrentTimeMillis(),
    pass,
    publishTime,
    outputAdded,
    run: (wire, connect, due, onReady) =>
      Effect.flatMap(Effect.runtime<never>(), (runtime) => {
        let stopped: Effect.Effect<void> = Effect.void
        return Effect.ensuring(
          Effect.async<never, LinkError>((resume) => {
            const present = start(wire, runtime, resume)
            justConnected = undefined
            unsentAnswers = 0
            goodbyeDue = Infinity
            link = present
            pass((now) => session.open(now, connect, due))
            const readerFiber = present.fork(reading(wire, onReady))
            readerFiber.addObserver(resume)
            stopped = stop(present, readerFiber)
          }),
          Effect.suspend(() => stopped).pipe(
            Effect.zipRight(Effect.sync(() => {
              pass(session.lost)
              releaseWaiting()
            }))
          )
        )
      }),
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
