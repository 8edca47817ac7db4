/**
 * Two ends of an in-process byte stream. What one end writes waits at the other end to be read; while
 * that is more than the high-water mark, the writer waits.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { TransportError } from "../../MqttError.ts"
import { DirectWire } from "./directWrite.ts"
import type { Resume } from "./unread.ts"
import { Unread } from "./unread.ts"

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
    if (this.unread.ended !== undefined) return this.unread.ended
    // A copy, as a network would make: the two sides share no memory.
    for (const piece of pieces) if (piece.length > 0) this.unread.push(piece.slice())
    return this.isFull ? this.#taken() : undefined
  }

  #taken(): Effect.Effect<void, TransportError> {
    return Effect.async((resume) => {
      if (this.unread.ended !== undefined) return resume(Either.left(this.unread.ended))
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
  return [new PipeEnd(left, right), new PipeEnd(right, left)]
}

export class PipeEnd extends DirectWire {
  readonly canPause = true
  readonly read: Unread
  readonly shutdown: Effect.Effect<void>
  readonly #incoming: Pipe
  readonly #outgoing: Pipe

  constructor(incoming: Pipe, outgoing: Pipe) {
    super()
    this.read = incoming.unread
    this.shutdown = Effect.sync(() => outgoing.unread.end(new TransportError({ reason: "Closed" })))
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  writeNow(pieces: ReadonlyArray<Uint8Array>): Effect.Effect<void, TransportError> | undefined {
    return this.#outgoing.write(pieces)
  }

  destroy(): void {
    const closed = new TransportError({ reason: "Closed" })
    const refused = Either.left(closed)
    this.#outgoing.unread.end(closed)
    this.#incoming.wakeWriter(refused)
    this.#outgoing.wakeWriter(refused)
    while (this.#incoming.unread.poll() instanceof Uint8Array);
    this.#incoming.unread.end(closed)
  }
}
