/**
 * The consumer's end of a subscription: a bounded buffer with one reader.
 *
 * QoS 1 and 2 messages always find room, since Receive Maximum bounds them. A QoS 0 message that
 * finds the buffer full is parked in the read-ahead, which all subscribers of a client share; while
 * that is full the client stops reading, and only if it must go on (an answer is awaited) the newest
 * QoS 0 messages are dropped.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Message } from "../../Message.ts"
import type { Pending, Session } from "../../Session.ts"
import type { Pump } from "./pump.ts"

/** A message on its way to `remaining` subscribers; the last one to take it accepts it. */
export interface Delivery {
  readonly message: Message
  readonly pending: Pending | undefined
  remaining: number
}

export interface Bounds {
  readonly bufferMessages: number
  readonly bufferBytes: number
  readonly readAheadBytes: number
}

/** What all subscribers of one client share. */
export interface Shared {
  readonly bounds: Bounds
  readonly accept: (delivery: Delivery) => void
  /** Runs something that makes the session write. */
  readonly pass: (run: () => void) => void
  /** Messages were taken: reading may go on. */
  readonly onRoom: () => void
  parkedBytes: number
  dropped: number
}

export const makeShared = (bounds: Bounds, session: Session, pump: Pump): Shared => ({
  bounds,
  pass: pump.pass,
  onRoom: pump.wakeReader,
  parkedBytes: 0,
  dropped: 0,
  accept: (delivery) => {
    if (--delivery.remaining === 0 && delivery.pending !== undefined) session.accept(delivery.pending)
  }
})

export interface Subscriber<E> {
  /** Puts the message in; `mayDrop` says that reading cannot stop now. */
  readonly offer: (delivery: Delivery, mayDrop: boolean) => void
  /** Wakes the reader, once per batch of offers. */
  readonly flush: () => void
  /** Everything that waits, or the next batch. What the pull before handed out is now accepted. */
  readonly pull: Effect.Effect<Chunk.Chunk<Message>, Option.Option<E>>
  /** Ends the stream after what is buffered, with the error if there is one. */
  readonly end: (error: Option.Option<E>) => void
  /** The consumer is gone: what it holds counts as accepted, and the stream is over. */
  readonly discard: () => void
}

export const make = <E>(shared: Shared): Subscriber<E> => {
  const { bounds } = shared
  let queue: Array<Delivery> = []
  let queuedBytes = 0
  let parkedBytes = 0
  /** QoS 1 and 2 messages that the consumer works on. */
  let handedOut: ReadonlyArray<Delivery> = []
  let reader: ((result: Effect.Effect<Chunk.Chunk<Message>, Option.Option<E>>) => void) | undefined
  let ended: Option.Option<E> | undefined

  const acceptHandedOut = () => {
    if (handedOut.length === 0) return
    const accepted = handedOut
    handedOut = []
    shared.pass(() => accepted.forEach(shared.accept))
  }

  const take = (): Chunk.Chunk<Message> => {
    const taken = queue
    queue = []
    queuedBytes = 0
    handedOut = taken.filter((delivery) => delivery.pending !== undefined)
    if (parkedBytes > 0) {
      shared.parkedBytes -= parkedBytes
      parkedBytes = 0
      shared.onRoom()
    }
    return Chunk.unsafeFromArray(taken.map((delivery) => delivery.message))
  }

  const flush = () => {
    const resume = reader
    if (resume === undefined) return
    if (queue.length > 0) {
      reader = undefined
      resume(Effect.succeed(take()))
    } else if (ended !== undefined) {
      reader = undefined
      resume(Effect.fail(ended))
    }
  }

  return {
    offer: (delivery, mayDrop) => {
      const bytes = delivery.message.payload.length + delivery.message.topic.length
      const full = queue.length >= bounds.bufferMessages || queuedBytes + bytes > bounds.bufferBytes
      if (full && delivery.pending === undefined) {
        if (mayDrop && shared.parkedBytes + bytes > bounds.readAheadBytes) {
          shared.dropped++
          return
        }
        parkedBytes += bytes
        shared.parkedBytes += bytes
      }
      queue.push(delivery)
      queuedBytes += bytes
    },
    flush,
    pull: Effect.async((resume) => {
      acceptHandedOut()
      reader = resume
      flush()
      return Effect.sync(() => {
        reader = undefined
      })
    }),
    end: (error) => {
      ended ??= error
      flush()
    },
    discard: () => {
      ended ??= Option.none()
      acceptHandedOut()
      take()
      acceptHandedOut()
      flush()
    }
  }
}
