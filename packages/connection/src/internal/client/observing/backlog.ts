/**
 * What one reader has not seen yet; when it is full, the oldest goes. A `Mailbox` does this and more, and with its stream
 * takes 3 kB of every bundle.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Pull } from "../batches.ts"
import { fromPull } from "../batches.ts"
import { Bell } from "../bell.ts"

export class Backlog<A> {
  readonly #capacity: number
  readonly #bell = new Bell()
  #items: Array<A> = []
  #isOver = false

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(item: A): void {
    if (this.#isOver) return
    if (this.#items.length === this.#capacity) this.#items.shift()
    this.#items.push(item)
    this.#bell.ring()
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true
    this.#bell.ring()
  }

  /** For the one reader, up to the end. */
  get stream(): Stream.Stream<A> {
    return fromPull(this.pull)
  }

  /** The same, all that there is at a time. */
  get pull(): Pull<A> {
    return Effect.suspend((): Pull<A> => {
      if (this.#items.length === 0) {
        return this.#isOver ? Effect.succeed(undefined) : Effect.zipRight(this.#bell.wait, this.pull)
      }
      const taken = Chunk.unsafeFromArray(this.#items)
      this.#items = []
      return Effect.succeed(taken)
    })
  }
}
