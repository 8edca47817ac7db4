/** What becomes of a stream some of whose elements could not be read. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { CodecError } from "../MqttError.ts"

/** The good elements before a bad one still come out: the failure is a pull of its own. */
export const failing = <A, E, R>(
  self: Stream.Stream<Either.Either<A, CodecError>, E, R>
): Stream.Stream<A, E | CodecError, R> =>
  Stream.flatMap(
    Stream.chunks(self),
    (chunk) => {
      const bad = Chunk.findFirst(chunk, Either.isLeft)
      const good = Stream.fromChunk(Chunk.filterMap(Chunk.takeWhile(chunk, Either.isRight), Either.getRight))
      return bad._tag === "None" ? good : Stream.concat(good, Stream.fail(bad.value.left))
    }
  )

/** The good ones, and a line in the log for each batch with bad ones. */
export const skipping = <A, E, R>(self: Stream.Stream<Either.Either<A, CodecError>, E, R>): Stream.Stream<A, E, R> =>
  Stream.mapChunksEffect(self, (chunk) => {
    const [bad, good] = Chunk.separate(chunk)
    return bad.length === 0 ? Effect.succeed(good) : Effect.as(
      Effect.annotateLogs(
        Effect.logWarning("Messages whose payload cannot be read were left out", Chunk.unsafeHead(bad).message),
        { package: "connection", count: bad.length }
      ),
      good
    )
  })
