/** Bytes that have arrived and wait: for an effect that reads, or for somebody who polls. */
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Either from "effect/Either"
import type { TransportError } from "../../MqttError.ts"

export type Resume<A> = (result: Either.Either<A, TransportError>) => void

/** Where the bytes come from. It is asked to pause while too much waits. */
export interface Flow {
  readonly pause: () => void
  readonly resume: () => void
}

export interface UnreadListener {
  /** {@link Unread.poll} has something new to give. */
  readonly onUnread: () => void
}

/** What may wait before the source is asked to pause. */
const readAheadBytes = 64 * 1024
/** What a chunk takes beside its bytes, about: a server may send ever so many small ones. */
const chunkBytes = 256

/**
 * The effect `read` of a wire. Where a wire has this one, its reader may poll instead, which takes bytes in the turn in which
 * they arrive and needs no fiber; a wire that was wrapped has another `read`, so nothing bypasses the wrapper.
 */
export class Unread extends Effectable.Class<Uint8Array, TransportError> {
  readonly #flow: Flow
  readonly #readAhead: number
  readonly #queue: Array<Uint8Array> = []
  /** Those at the front, the first one last: shifting a long array for each would be slow. */
  #next: Array<Uint8Array> = []
  #bytes = 0
  #isPaused = false
  #ended: TransportError | undefined = undefined
  #reader: Resume<Uint8Array> | undefined = undefined
  #listener: UnreadListener | undefined = undefined

  constructor(flow: Flow, readAhead: number = readAheadBytes) {
    super()
    this.#flow = flow
    this.#readAhead = readAhead
  }

  /** What everything takes that waits. */
  get bytes(): number {
    return this.#bytes
  }

  get ended(): TransportError | undefined {
    return this.#ended
  }

  push(chunk: Uint8Array): void {
    const resume = this.#reader
    if (resume !== undefined) {
      this.#reader = undefined
      return resume(Either.right(chunk))
    }
    this.#queue.push(chunk)
    this.#bytes += chunk.length + chunkBytes
    // What is taken in this turn does not wait.
    this.#listener?.onUnread()
    if (!this.#isPaused && this.#bytes > this.#readAhead) {
      this.#isPaused = true
      this.#flow.pause()
    }
  }

  /** Nothing more comes: reads fail behind the last bytes. The first reason holds. */
  end(reason: TransportError): void {
    this.#ended ??= reason
    const resume = this.#reader
    this.#reader = undefined
    resume?.(Either.left(this.#ended))
    this.#listener?.onUnread()
  }

  /** The next bytes, or behind the last of them why there are no more; undefined if there are none yet. */
  poll(): Uint8Array | TransportError | undefined {
    if (this.#next.length === 0) this.#next = this.#queue.splice(0).reverse()
    const chunk = this.#next.pop()
    if (chunk === undefined) return this.#ended
    this.#bytes -= chunk.length + chunkBytes
    if (this.#isPaused && this.#bytes <= this.#readAhead) {
      this.#isPaused = false
      this.#flow.resume()
    }
    return chunk
  }

  /** It hears of what comes from now on, until another one takes its place. */
  listen(listener: UnreadListener | undefined): void {
    this.#listener = listener
  }

  override commit(): Effect.Effect<Uint8Array, TransportError> {
    const next = this.poll()
    if (next !== undefined) return next instanceof Uint8Array ? Effect.succeed(next) : next
    return Effect.async((resume) => {
      this.#reader = resume
      return Effect.sync(() => {
        this.#reader = undefined
      })
    })
  }
}
