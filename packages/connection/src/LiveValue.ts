/**
 * A value that changes, and that others watch: a connection's status, a device's state.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Equivalence from "effect/Equivalence"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Subscribable from "effect/Subscribable"

/**
 * A value that others watch. `get` is the value now. `changes` begins with the present value and
 * ends, after the last one, with the value's scope or with `end`.
 *
 * Unlike a `SubscriptionRef` it is bounded: a reader that lags more than 16 values behind misses
 * the oldest of them, and always gets the last.
 *
 * @since 0.1.0
 * @category models
 */
export interface LiveValue<A> extends Subscribable.Subscribable<A> {
  /**
   * Changes the value and gives the new one; those who watch are told unless it is the same to
   * them. Synchronous: updates never interleave. After the end it changes nothing.
   */
  readonly update: (f: (value: A) => A) => Effect.Effect<A>
  /** There will be no other value: `get` keeps the last one, `changes` end after it. */
  readonly end: Effect.Effect<void>
}

const heldForReader = 16

/**
 * Makes a live value that ends with the scope.
 *
 * @example
 * ```ts
 * import { LiveValue } from "@effect-mqtt/connection"
 * import { Chunk, Effect, Stream } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const door = yield* LiveValue.make("closed")
 *   yield* door.update(() => "open")
 *   yield* door.end
 *   assert.deepStrictEqual(yield* Stream.runCollect(door.changes), Chunk.of("open"))
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A>(
  initial: A,
  same: Equivalence.Equivalence<A> = (before, after) => before === after
): Effect.Effect<LiveValue<A>, never, Scope.Scope> =>
  Effect.gen(function*() {
    // The end is an element of its own: closing the hub would take from readers what they have yet to see.
    const hub = yield* PubSub.sliding<Option.Option<A>>(heldForReader)
    let value = initial
    let ended = false

    const end = Effect.suspend(() => {
      if (ended) return Effect.void
      ended = true
      return Effect.asVoid(PubSub.publish(hub, Option.none()))
    })
    yield* Effect.addFinalizer(() => end)

    const present = Stream.sync(() => value)
    const live = Subscribable.make({
      get: Effect.sync(() => value),
      changes: Stream.unwrapScoped(
        // Subscribed first, so that nothing is missed in between; what is seen twice is left out again.
        Effect.map(PubSub.subscribe(hub), (queue) =>
          ended
            ? present
            : Stream.concat(present, untilNone(Stream.fromQueue(queue))).pipe(Stream.changesWith(same)))
      )
    })
    return Object.assign(live, {
      update: (f: (value: A) => A) =>
        Effect.suspend(() => {
          if (ended) return Effect.succeed(value)
          const before = value
          value = f(before)
          return same(before, value) ? Effect.succeed(value) : Effect.as(PubSub.publish(hub, Option.some(value)), value)
        }),
      end
    })
  })

const untilNone = <A>(self: Stream.Stream<Option.Option<A>>): Stream.Stream<A> =>
  Stream.filterMapWhile(self, (element) => element)
