/** What the steps of opening a link share: a time-out of its own for each, and how a failure is named. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Duplex } from "node:stream"
import type { Start, TimeLimit } from "../../internal/timeLimit.ts"
import * as timeLimit from "../../internal/timeLimit.ts"
import { TransportError } from "../../MqttError.ts"

/** `OpenTimeout`, naming the step. */
export const limitOf = (step: string, duration: Duration.DurationInput): TimeLimit<TransportError> => ({
  millis: Duration.toMillis(duration),
  late: () =>
    new TransportError({
      reason: "OpenTimeout",
      cause: new Error(`${step} took longer than ${Duration.format(duration)}`)
    })
})

export const within = (step: string, duration: Duration.DurationInput) => timeLimit.within(limitOf(step, duration))

/**
 * Like `Effect.acquireRelease`, whose finalizer keeps all that the fiber had around it: memory for as long as the link
 * lasts.
 */
export const owned = <A, E, R>(
  acquire: Effect.Effect<A, E, R>,
  release: (resource: A) => Effect.Effect<unknown>
): Effect.Effect<A, E, R | Scope.Scope> =>
  Effect.uninterruptible(
    Effect.flatMap(
      Effect.scope,
      (scope) => Effect.tap(acquire, (resource) => Scope.addFinalizerExit(scope, releasing(resource, release)))
    )
  )

/** By itself: a function that is made further in keeps what is around it, such as how the resource was acquired. */
const releasing = <A>(resource: A, release: (resource: A) => Effect.Effect<unknown>) => () => release(resource)

/** Owns a stream and waits for it to be ready, within the limit if there is one. `explain` names an error on the way. */
export const establish = <A extends Duplex>(
  start: () => A,
  ready: string,
  explain: (cause: unknown, stream: A | undefined) => TransportError,
  limit?: TimeLimit<TransportError>
): Effect.Effect<A, TransportError, Scope.Scope> =>
  owned(
    Effect.try({ try: start, catch: (cause) => explain(cause, undefined) }),
    destroyed
  ).pipe(
    Effect.tap((stream) => {
      const onceReady: Start<void, TransportError> = (resume) => {
        const onError = (cause: unknown) => resume(Effect.fail(explain(cause, stream)))
        const over = () => {
          stream.off("error", onError)
          stream.off(ready, onReady)
        }
        const onReady = () => {
          over()
          resume(Effect.void)
        }
        // Stays for good: a late error of an attempt that nobody waits for must not end the process.
        stream.on("error", ignore)
        stream.on("error", onError)
        stream.once(ready, onReady)
        return Effect.sync(over)
      }
      return limit === undefined ? Effect.async(onceReady) : timeLimit.async(limit, onceReady)
    })
  )

/** Destroys a stream and waits until it is closed. By itself: a link keeps it, and what it is made in with it. */
const destroyed = (stream: Duplex): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (stream.closed) return resume(Effect.void)
    stream.once("close", () => resume(Effect.void))
    stream.destroy()
  })

const ignore = () => {}

export const openError = (cause: unknown): TransportError => new TransportError({ reason: "Open", cause })
