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
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Message } from "../../Message.ts"
import type { Pending, Session } from "../../Session.ts"
import type { Notify } from "./notices.ts"
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
  readonly onDropped: () => void
  /** The client is being closed: what nobody has worked on is the next session's. */
  readonly isClosing: () => boolean
  parkedBytes: number
}

export const makeShared = (
  bounds: Bounds,
  session: Session,
  pump: Pump,
  isClosing: () => boolean,
  notify: Notify
): Shared => ({
  bounds,
  pass: pump.pass,
  onRoom: pump.wakeReader,
  onDropped: () => notify({ _tag: "Dropped", cause: "ReadAheadFull", filters: [], count: 1 }),
  isClosing,
  parkedBytes: 0,
  accept: (delivery) => {
    if (--delivery.remaining === 0 && delivery.pending !== undefined) session.accept(delivery.pending)
  }
})

export interface Subscriber<E> {
  /** Puts the message in; `mayDrop` says that reading cannot stop now. */
  readonly offer: (delivery: Delivery, mayDrop: boolean) => void
  /** Wakes the reader, once per batch of offers. */
  readonly flush: () => void
  /**
   * The messages, batch by batch, for one consumer at a time; a second one dies. A batch is accepted
   * when its consumer asks for the next one or ends.
   */
  readonly messages: Stream.Stream<Message, E>
  /** Ends the stream after what is buffered, with the error if there is one. */
  readonly end: (error: Option.Option<E>) => void
  /** Nobody will ask again: what is held counts as accepted, unless the client closes; the stream is over. */
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
  let isConsumed = false

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

  const pull = Effect.async<Chunk.Chunk<Message>, Option.Option<E>>((resume) => {
    acceptHandedOut()
    reader = resume
    flush()
    return Effect.sync(() => {
      reader = undefined
    })
  })

  const consume = Effect.suspend(() => {
    if (isConsumed) {
      return Effect.dieMessage("These messages have a consumer; a stream of their own takes a subscription")
    }
    isConsumed = true
    return Effect.void
  })

  const release = (exit: Exit.Exit<unknown, unknown>) =>
    Effect.sync(() => {
      isConsumed = false
      // Cut off while everything closes, its batch was not worked on to the end.
      if (Exit.isSuccess(exit) || !shared.isClosing()) acceptHandedOut()
    })

  return {
    offer: (delivery, mayDrop) => {
      const bytes = delivery.message.payload.length + delivery.message.topic.length
      const full = queue.length >= bounds.bufferMessages || queuedBytes + bytes > bounds.bufferBytes
      if (full && delivery.pending === undefined) {
        if (mayDrop && shared.parkedBytes + bytes > bounds.readAheadBytes) {
          shared.onDropped()
          return
        }
        parkedBytes += bytes
        shared.parkedBytes += bytes
      }
      queue.push(delivery)
      queuedBytes += bytes
    },
    flush,
    messages: Stream.unwrapScoped(
      Effect.as(
        Effect.acquireRelease(consume, (_, exit) => release(exit)),
        Stream.repeatEffectChunkOption(pull)
      )
    ),
    end: (error) => {
      ended ??= error
      flush()
    },
    discard: () => {
      ended ??= Option.none()
      const held = handedOut
      take()
      handedOut = shared.isClosing() ? [] : [...held, ...handedOut]
      acceptHandedOut()
      flush()
    }
  }
}
