/**
 * A value that changes, and that others watch: a connection's status, a device's state.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Equivalence from "effect/Equivalence"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
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
    const readers = new Set<Mailbox.Mailbox<A>>()
    let value = initial
    let ended = false

    const end = Effect.sync(() => {
      ended = true
      for (const reader of readers) reader.unsafeDone(Exit.void)
    })
    yield* Effect.addFinalizer(() => end)

    const read = Effect.acquireRelease(
      Effect.tap(Mailbox.make<A>({ capacity: heldForReader, strategy: "sliding" }), (reader) =>
        Effect.sync(() => {
          reader.unsafeOffer(value)
          if (ended) reader.unsafeDone(Exit.void)
          else readers.add(reader)
        })),
      (reader) => Effect.sync(() => readers.delete(reader))
    )
    const live = Subscribable.make({
      get: Effect.sync(() => value),
      // Where values were missed, the next one may be the same again.
      changes: Stream.unwrapScoped(Effect.map(read, (reader) => Stream.changesWith(Mailbox.toStream(reader), same)))
    })
    return Object.assign(live, {
      update: (f: (value: A) => A) =>
        Effect.sync(() => {
          if (ended) return value
          const before = value
          value = f(before)
          if (!same(before, value)) { for (const reader of readers) reader.unsafeOffer(value) }
          return value
        }),
      end
    })
  })
