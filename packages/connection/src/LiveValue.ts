/**
 * A value that changes, and that others watch: a connection's status, a device's state.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Equivalence from "effect/Equivalence"
import * as Scope from "effect/Scope"
import type * as Subscribable from "effect/Subscribable"
import { Live } from "./internal/client/observing/live.ts"

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
   * Changes the value and gives the new one; watchers hear of it unless it is equivalent to the old
   * one. Synchronous: updates never interleave. After the end it changes nothing.
   */
  readonly update: (f: (value: A) => A) => Effect.Effect<A>
  /** No other value follows: `get` keeps the last one, and `changes` ends after it. */
  readonly end: Effect.Effect<void>
}

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
  same: Equivalence.Equivalence<A> = Equivalence.strict()
): Effect.Effect<LiveValue<A>, never, Scope.Scope> =>
  Effect.flatMap(Effect.scope, (scope) => {
    const live = new Live(initial, same)
    return Effect.as(Scope.addFinalizer(scope, live.end), live)
  })
