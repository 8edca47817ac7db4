/**
 * Two ends of an in-process byte stream. What one end writes waits at the other end to be read; while
 * that is more than the high-water mark, the writer waits.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"
import * as directWrite from "./directWrite.ts"
import type { Resume } from "./unread.ts"
import { Unread } from "./unread.ts"

export interface PipeEnd extends Wire {
  readonly destroy: () => void
}

const closed = new TransportError({ reason: "Closed" })
const refused = Either.left(closed)
const done = Either.right(undefined)

/** One direction. */
class Pipe {
  isFull = false
  #writer: Resume<void> | undefined = undefined
  readonly unread = new Unread({
    pause: () => {
      this.isFull = true
    },
    resume: () => {
      this.isFull = false
      this.wakeWriter(done)
    }
  })

  wakeWriter(result: Either.Either<void, TransportError>): void {
    const writer = this.#writer
    this.#writer = undefined
    writer?.(result)
  }

  write(pieces: ReadonlyArray<Uint8Array>): Effect.Effect<void, TransportError> | undefined {
    if (this.unread.ended !== undefined) return closed
    // A copy, as a network would make: the two sides share no memory.
    for (const piece of pieces) if (piece.length > 0) this.unread.push(piece.slice())
    return this.isFull ? this.#taken() : undefined
  }

  #taken(): Effect.Effect<void, TransportError> {
    return Effect.async((resume) => {
      if (this.unread.ended !== undefined) return resume(refused)
      if (!this.isFull) return resume(done)
      this.#writer = resume
      return Effect.sync(() => {
        this.#writer = undefined
      })
    })
  }
}

export const make = (): readonly [PipeEnd, PipeEnd] => {
  const left = new Pipe()
  const right = new Pipe()
  return [makeEnd(left, right), makeEnd(right, left)]
}

const makeEnd = (incoming: Pipe, outgoing: Pipe): PipeEnd => ({
  canPause: true,
  read: incoming.unread,
  write: directWrite.make((pieces) => outgoing.write(pieces)),
  shutdown: Effect.sync(() => outgoing.unread.end(closed)),
  destroy: () => {
    outgoing.unread.end(closed)
    incoming.unread.takeAll()
    incoming.unread.end(closed)
    incoming.wakeWriter(refused)
    outgoing.wakeWriter(refused)
  }
})
