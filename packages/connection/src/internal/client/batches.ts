/** What comes in batches, for one consumer: a program's stream, or the client itself, which pulls. */
import * as Channel from "effect/Channel"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** The next batch, as soon as there is one; nothing after the last. */
export type Pull<A, E = never> = Effect.Effect<Chunk.Chunk<A> | undefined, E>

/** Batches that belong to the one who has acquired them, one consumer at a time. */
export interface Batches<A, E> {
  readonly acquire: Effect.Effect<void>
  readonly pull: Pull<A, E>
  readonly release: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
}

/** In the place of a batch: there will be no more. */
const isOver = Channel.succeed<true>(true)

/** One step of a channel for each batch: what `Stream` offers for this takes several. */
const toChannel = <A, E>(pull: Pull<A, E>): Channel.Channel<Chunk.Chunk<A>, unknown, E> => {
  const pulled = Channel.fromEffect(pull)
  const written: Channel.Channel<Chunk.Chunk<A>, unknown, E, unknown, true | void> = Channel.flatMap(
    pulled,
    (batch) => batch === undefined ? isOver : Channel.write(batch)
  )
  const batches: Channel.Channel<Chunk.Chunk<A>, unknown, E> = Channel.flatMap(
    written,
    (over) => over === true ? Channel.void : batches
  )
  return batches
}

export const fromPull = <A, E>(pull: Pull<A, E>): Stream.Stream<A, E> => Stream.fromChannel(toChannel(pull))

export const toStream = <A, E>({ acquire, pull, release }: Batches<A, E>): Stream.Stream<A, E> =>
  Stream.fromChannel(Channel.acquireUseRelease(acquire, () => toChannel(pull), (_, exit) => release(exit)))

/** The batches for as long as the scope. */
export const pulled = <A, E>(
  { acquire, pull, release }: Batches<A, E>
): Effect.Effect<Pull<A, E>, never, Scope.Scope> =>
  Effect.as(Effect.acquireRelease(acquire, (_, exit) => release(exit)), pull)

/**
 * Runs `f` for each batch until the end. `Stream.runForEachChunk` does the same; what runs a stream takes 5 kB of a bundle,
 * and what it has run keeps its batch alive until a full collection (see benchmarks/README.md).
 */
export const forEachBatch = <A, E, E2, R>(
  pull: Pull<A, E>,
  f: (batch: Chunk.Chunk<A>) => Effect.Effect<unknown, E2, R>
): Effect.Effect<void, E | E2, R> => {
  const loop: Effect.Effect<void, E | E2, R> = Effect.flatMap(
    pull,
    (batch) => batch === undefined ? Effect.void : Effect.zipRight(f(batch), loop)
  )
  return loop
}

/** Runs `f` for each element, one after the other, until the end. */
export const forEach = <A, E, E2, R>(
  pull: Pull<A, E>,
  f: (element: A) => Effect.Effect<unknown, E2, R>
): Effect.Effect<void, E | E2, R> => forEachBatch(pull, (batch) => Effect.forEach(batch, f, { discard: true }))
