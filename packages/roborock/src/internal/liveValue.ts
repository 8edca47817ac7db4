import * as Effect from "effect/Effect"
import type * as Equivalence from "effect/Equivalence"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Subscribable from "effect/Subscribable"

/**
 * A value that others watch. `changes` begins with the present value and ends with the scope. Unlike a
 * `SubscriptionRef` it is bounded: a slow reader misses the oldest of more than 16 values and always gets the last.
 */
export interface LiveValue<A> extends Subscribable.Subscribable<A> {
  /** Changes the value; those who watch are told unless it is the same to them. Synchronous: updates never interleave. */
  readonly update: (f: (value: A) => A) => Effect.Effect<A>
}

export const make = <A>(
  initial: A,
  same: Equivalence.Equivalence<A> = (before, after) => before === after
): Effect.Effect<LiveValue<A>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const hub = yield* Effect.acquireRelease(PubSub.sliding<A>(16), PubSub.shutdown)
    let value = initial
    const live = Subscribable.make({
      get: Effect.sync(() => value),
      changes: Stream.unwrapScoped(
        // Subscribed first, so that nothing is missed in between; what is seen twice is left out again.
        Effect.map(PubSub.subscribe(hub), (queue) =>
          Stream.concat(
            Stream.sync(() => value),
            Stream.fromQueue(queue)
          ).pipe(
            Stream.changesWith(same)
          ))
      )
    })
    return Object.assign(live, {
      update: (f: (value: A) => A) =>
        Effect.suspend(() => {
          const before = value
          value = f(before)
          return same(before, value) ? Effect.succeed(value) : Effect.as(PubSub.publish(hub, value), value)
        })
    })
  })
