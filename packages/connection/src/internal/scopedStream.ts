/**
 * A stream that is made anew for each run, with a scope for as long as that: `Stream.unwrapScoped`, which is made of
 * `Stream.flatMap` and brings what runs streams concurrently into every bundle.
 */
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export const unwrapScoped = <A, E, R, E2, R2>(
  make: Effect.Effect<Stream.Stream<A, E, R>, E2, R2>
): Stream.Stream<A, E | E2, R | Exclude<R2, Scope.Scope>> =>
  Stream.fromChannel(Channel.unwrapScoped(Effect.map(make, Stream.toChannel)))
