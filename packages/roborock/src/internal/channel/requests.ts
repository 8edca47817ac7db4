import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { type CommandError, RequestError } from "../../RoborockError.ts"
import * as deadline from "./deadline.ts"
import * as pendingRequests from "./pending.ts"
import type { AnsweredBy, Way } from "./pending.ts"

/** A method with its arguments. */
export interface Call {
  readonly method: string
  readonly params: ReadonlyArray<unknown> | Readonly<Record<string, unknown>> | undefined
  readonly answeredBy: AnsweredBy
}

/** The ways to a device, and what is known of them. */
export interface Routes {
  readonly choose: (call: Call) => Effect.Effect<Way>
  /** Puts a call on the wire. Any failure but `ConnectionLost` says that nothing was sent. */
  readonly transmit: (id: number, call: Call, way: Way) => Effect.Effect<void, RequestError>
  /** A call that was sent this way got no answer in time. */
  readonly unanswered: (way: Way) => Effect.Effect<void>
}

/**
 * More questions than this, or commands, wait for earlier ones, on their own time: devices work one after the other anyway.
 * A command, which may be to stop, does not wait for questions that nobody answers.
 */
const maxInFlight = 16

/** A device that still prepares its answer is asked again after a second, three times at most (PROTOCOL 4.3). */
const whileBusy = {
  while: (error: CommandError) => error._tag === "DeviceError" && error.reason === "Busy",
  schedule: Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(3))
}

/** A question may be put twice; a command must not be carried out twice. */
export const isQuestion = (method: string): boolean => /^(app_)?get_/.test(method)

/** A robot on the home network answers questions in a moment; after this the cloud is asked. */
const localPatience: Duration.DurationInput = "3 seconds"

/** Whether the cloud may be tried after the home network: nothing was sent, or it was a question. */
const mayGoOn = (call: Call, error: CommandError): boolean =>
  error._tag === "RequestError" && (
    error.reason === "NotConnected" ||
    isQuestion(call.method) && (error.reason === "TimedOut" || error.reason === "ConnectionLost")
  )

/** How far a request has come, which is what there is to say when its time is over. */
interface Progress {
  isWaitingForTurn: boolean
  /** Stays true: a second attempt that is held up does not undo the first. */
  wasSent: boolean
  /** The way that it was sent last and has no answer from. */
  waitsFor: Way | undefined
}

const timeoutOf = (method: string, { isWaitingForTurn, wasSent }: Progress): RequestError =>
  new RequestError({ reason: wasSent ? "TimedOut" : isWaitingForTurn ? "QueueTimeout" : "NotConnected", method })

/** Ends with `onTimeout` when the time is over. */
const within = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  duration: Duration.DurationInput,
  onTimeout: Effect.Effect<never, RequestError>
) => Effect.flatten(Effect.timeoutTo(self, { duration, onSuccess: Effect.succeed, onTimeout: () => onTimeout }))

/** The requests of one device. They end with the scope. `seed` decides the first id. */
export const make = (seed: number, { choose, transmit, unanswered }: Routes) =>
  Effect.gen(function*() {
    const pending = pendingRequests.make(seed)
    const questions = yield* Effect.makeSemaphore(maxInFlight)
    const commands = yield* Effect.makeSemaphore(maxInFlight)
    const oneFile = yield* Effect.makeSemaphore(1)
    const closed = yield* Deferred.make<void>()

    /** Gives the waiting, which may be given up and begun again. */
    const send = (call: Call, progress: Progress, way: Way) =>
      Effect.gen(function*() {
        const { answeredBy, method } = call
        const slots = isQuestion(method) ? questions : commands
        const notSent = Effect.suspend(() => new RequestError({ reason: "NotConnected", method }))
        if (yield* Deferred.isDone(closed)) return yield* notSent
        // Slot and id are given back with the answer, or with the caller's scope where there is none.
        const scope = yield* Effect.flatMap(Effect.scope, (outer) => Scope.fork(outer, ExecutionStrategy.sequential))
        const close = Scope.close(scope, Exit.void)
        return yield* Effect.gen(function*() {
          yield* Effect.uninterruptibleMask((restore) =>
            Effect.zipRight(restore(slots.take(1)), Effect.addFinalizer(() => slots.release(1)))
          )
          progress.isWaitingForTurn = false
          const result = yield* Deferred.make<unknown, CommandError>()
          const entry: pendingRequests.Pending = { method, answeredBy, way, sent: false, result, close }
          const id = yield* Effect.acquireRelease(
            Effect.sync(() => pending.add(entry)),
            (id) => Effect.sync(() => pending.remove(id, entry))
          )
          yield* transmit(id, call, way)
          entry.sent = true
          progress.wasSent = true
          progress.waitsFor = way
          // @effect-diagnostics-next-line returnEffectInGen:off -- waiting is the second phase, which the caller begins
          return Deferred.await(result)
        }).pipe(
          Scope.extend(scope),
          // What has not left when the channel closes does not leave anymore.
          Effect.raceFirst(Effect.interruptible(Effect.zipRight(Deferred.await(closed), notSent))),
          Effect.onError(() => close)
        )
      })

    const newProgress = (): Progress => ({ isWaitingForTurn: true, wasSent: false, waitsFor: undefined })

    const attempt = (call: Call, progress: Progress, way: Way) =>
      Effect.suspend(() => {
        progress.waitsFor = undefined
        return Effect.scoped(Effect.flatten(send(call, progress, way)))
      })

    const patiently = (call: Call, progress: Progress) =>
      Effect.tapError(
        Effect.timeoutFail(attempt(call, progress, "local"), {
          duration: localPatience,
          onTimeout: () => new RequestError({ reason: "TimedOut", method: call.method })
        }),
        (error) => error._tag === "RequestError" && error.reason === "TimedOut" ? unanswered("local") : Effect.void
      )

    /** What is asked on the home network in vain is asked through the cloud. */
    const route = (call: Call, progress: Progress) =>
      Effect.flatMap(choose(call), (way) =>
        way === "cloud"
          ? attempt(call, progress, way)
          : Effect.catchIf(
            isQuestion(call.method) ? patiently(call, progress) : attempt(call, progress, way),
            (error) => mayGoOn(call, error),
            () => attempt(call, progress, "cloud")
          ))

    const overdue = (call: Call, progress: Progress) =>
      Effect.suspend(() =>
        Effect.zipRight(
          progress.waitsFor === undefined ? Effect.void : unanswered(progress.waitsFor),
          timeoutOf(call.method, progress)
        )
      )

    /** Sends and waits for the answer. Waiting for a turn and for the link, and asking again, share the time-out. */
    const ask = (call: Call, timeout: Duration.Duration): Effect.Effect<unknown, CommandError> =>
      Effect.suspend(() => {
        const progress = newProgress()
        const attempts = Effect.retry(Effect.suspend(() => route(call, progress)), whileBusy)
        const inTurn = call.answeredBy === "response" ? attempts : oneFile.withPermits(1)(attempts)
        return within(inTurn, timeout, overdue(call, progress))
      })

    /** Sends, and gives the waiting for the answer. Both share the time-out. */
    const start = (call: Call, timeout: Duration.Duration) =>
      Effect.gen(function*() {
        const progress = newProgress()
        const left = yield* deadline.after(timeout)
        const onTimeout = overdue(call, progress)
        const sending = Effect.flatMap(choose(call), (way) =>
          Effect.catchIf(
            send(call, progress, way),
            (error) => way === "local" && error.reason === "NotConnected",
            () => send(call, progress, "cloud")
          ))
        const result = yield* within(sending, timeout, onTimeout)
        // @effect-diagnostics-next-line returnEffectInGen:off -- waiting is the second phase, which the caller begins
        return Effect.flatMap(left, (rest) => within(result, rest, onTimeout))
      })

    /** What has left that way may have been carried out: the answer is lost, the command need not be. */
    const abandonSent = (way?: Way, cause?: unknown): Effect.Effect<void> =>
      Effect.forEach(
        [...pending.entries.values()].filter((entry) => entry.sent && (way === undefined || entry.way === way)),
        (entry) =>
          settle(entry, Exit.fail(new RequestError({ reason: "ConnectionLost", method: entry.method, cause }))),
        { discard: true }
      )

    yield* Effect.addFinalizer(() => Effect.zipRight(Deferred.succeed(closed, undefined), abandonSent()))
    return { ask, start, abandonSent, find: (id: number) => pending.entries.get(id) }
  })

export type Requests = Effect.Effect.Success<ReturnType<typeof make>>

/** Hands the outcome to whoever waits. */
export const settle = (
  { close, result }: pendingRequests.Pending,
  exit: Exit.Exit<unknown, CommandError>
): Effect.Effect<void> => Effect.zipRight(Deferred.done(result, exit), close)
