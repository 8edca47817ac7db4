/** Values for whoever reads at the time: nothing is kept for nobody, and a buffer is made only when somebody reads. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { Backlog } from "./backlog.ts"

export class Broadcast<A> {
  readonly #heldForReader: number
  #readers: Set<Backlog<A>> | undefined = undefined
  #isOver = false

  constructor(heldForReader: number) {
    this.#heldForReader = heldForReader
  }

  get isOver(): boolean {
    return this.#isOver
  }

  emit(value: A): void {
    if (this.#readers !== undefined) { for (const reader of this.#readers) reader.add(value) }
  }

  /** Streams end when they have given what came before. */
  end(): void {
    this.#isOver = true
    if (this.#readers !== undefined) { for (const reader of this.#readers) reader.end() }
  }

  /** Those given, then what is emitted from now on; a reader that lags too far behind misses the oldest. */
  read(...given: ReadonlyArray<A>): Effect.Effect<Stream.Stream<A>, never, Scope.Scope> {
    return Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const reader = new Backlog<A>(this.#heldForReader)
          for (const value of given) reader.add(value)
          if (this.#isOver) reader.end()
          else (this.#readers ??= new Set()).add(reader)
          return reader
        }),
        (reader) => Effect.sync(() => this.#readers?.delete(reader))
      ),
      (reader) => reader.stream
    )
  }
}
