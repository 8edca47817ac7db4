/** Server-sent events: the bytes of a stream of values. */
import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

/** Keeps proxies from closing a quiet stream, and finds clients that are gone. */
const heartbeat = ":\n\n"

const beat: Duration.DurationInput = "15 seconds"

/** A client that has lost the stream asks again after this time. */
const retry = "5 seconds"

export const encode = <A>(events: Stream.Stream<A>): Stream.Stream<Uint8Array> =>
  Stream.succeed(`retry: ${Duration.toMillis(retry)}\n\n`).pipe(
    Stream.concat(Stream.map(events, (event) => `data: ${JSON.stringify(event)}\n\n`)),
    Stream.merge(Stream.as(Stream.schedule(Stream.repeatValue(heartbeat), Schedule.spaced(beat)), heartbeat), {
      haltStrategy: "left"
    }),
    Stream.encodeText
  )
