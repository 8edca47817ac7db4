/**
 * Two ends of an in-process byte stream. Each end owns an inbox; `write` puts into the other end's
 * inbox and waits while that holds more than the high-water mark.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

const highWaterBytes = 64 * 1024

export interface PipeEnd extends Wire {
  readonly destroy: () => void
}

type Resume<A> = (result: Either.Either<A, TransportError>) => void

interface Inbox {
  chunks: Array<Uint8Array>
  bytes: number
  /** The writing side has ended: what is here is the rest. */
  ended: boolean
  /** The reading side is gone: nothing more is taken. */
  abandoned: boolean
  reader: Resume<Uint8Array> | undefined
  writer: Resume<void> | undefined
}

const makeInbox = (): Inbox => ({
  chunks: [],
  bytes: 0,
  ended: false,
  abandoned: false,
  reader: undefined,
  writer: undefined
})

const closed = Either.left(new TransportError({ reason: "Closed" }))
const done = Either.right(undefined)

export const make = (): readonly [PipeEnd, PipeEnd] => {
  const left = makeInbox()
  const right = makeInbox()
  return [makeEnd(left, right), makeEnd(right, left)]
}

const makeEnd = (inbox: Inbox, outbox: Inbox): PipeEnd => {
  const end = () => {
    outbox.ended = true
    wakeReader(outbox)
  }
  return {
    canPause: true,
    read: Effect.async<Uint8Array, TransportError>((resume) => {
      inbox.reader = resume
      wakeReader(inbox)
      return Effect.sync(() => {
        inbox.reader = undefined
      })
    }),
    write: (pieces) =>
      Effect.async<void, TransportError>((resume) => {
        if (outbox.abandoned || outbox.ended) return resume(closed)
        for (const piece of pieces) {
          // A copy, as a network would make: the two sides share no memory.
          if (piece.length > 0) outbox.chunks.push(piece.slice())
          outbox.bytes += piece.length
        }
        wakeReader(outbox)
        if (outbox.bytes <= highWaterBytes) return resume(done)
        outbox.writer = resume
        return Effect.sync(() => {
          outbox.writer = undefined
        })
      }),
    shutdown: Effect.sync(end),
    destroy: () => {
      end()
      inbox.abandoned = true
      inbox.ended = true
      inbox.chunks = []
      inbox.bytes = 0
      wakeReader(inbox)
      wakeWriter(inbox, closed)
      wakeWriter(outbox, closed)
    }
  }
}

const wakeReader = (inbox: Inbox): void => {
  const reader = inbox.reader
  if (reader === undefined) return
  const chunk = inbox.chunks.shift()
  if (chunk !== undefined) {
    inbox.bytes -= chunk.length
    inbox.reader = undefined
    reader(Either.right(chunk))
    if (inbox.bytes <= highWaterBytes) wakeWriter(inbox, done)
  } else if (inbox.ended) {
    inbox.reader = undefined
    reader(closed)
  }
}

const wakeWriter = (inbox: Inbox, result: Either.Either<void, TransportError>): void => {
  const writer = inbox.writer
  inbox.writer = undefined
  writer?.(result)
}
