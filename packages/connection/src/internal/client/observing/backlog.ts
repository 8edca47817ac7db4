/**
 * What one reader has not seen yet: of more than it holds, the oldest goes. A `Mailbox` does this and more, which with its
 * stream takes 3 kB of every bundle.
 */
import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
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
    const rest: Channel.Channel<Chunk.Chunk<A>> = Channel.flatMap(
      Channel.fromEffect(this.#take()),
      (items) => Chunk.isEmpty(items) ? Channel.void : Channel.flatMap(Channel.write(items), () => rest)
    )
    return Stream.fromChannel(rest)
  }

  /** Waits for something to take; empty at the end. */
  #take(): Effect.Effect<Chunk.Chunk<A>> {
    return Effect.suspend(() => {
      if (this.#items.length === 0 && !this.#isOver) return Effect.zipRight(this.#bell.wait, this.#take())
      const taken = Chunk.unsafeFromArray(this.#items)
      this.#items = []
      return Effect.succeed(taken)
    })
  }
}
