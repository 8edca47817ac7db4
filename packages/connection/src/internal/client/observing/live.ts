/** The value behind a `LiveValue`, for those who change it in the middle of something. */
import * as Effect from "effect/Effect"
import type * as Equivalence from "effect/Equivalence"
import * as Pipeable from "effect/Pipeable"
import * as Readable from "effect/Readable"
import * as Stream from "effect/Stream"
import * as Subscribable from "effect/Subscribable"
import { unwrapScoped } from "../../scopedStream.ts"
import { Broadcast } from "./broadcast.ts"

const heldForReader = 16

export class Live<A> extends Pipeable.Class() implements Subscribable.Subscribable<A> {
  readonly #same: Equivalence.Equivalence<A>
  readonly #readers = new Broadcast<A>(heldForReader)
  #value: A
  readonly [Readable.TypeId]: Readable.TypeId = Readable.TypeId
  readonly [Subscribable.TypeId]: Subscribable.TypeId = Subscribable.TypeId

  constructor(initial: A, same: Equivalence.Equivalence<A>) {
    super()
    this.#value = initial
    this.#same = same
  }

  get get(): Effect.Effect<A> {
    return Effect.sync(() => this.#value)
  }

  get changes(): Stream.Stream<A> {
    const read = Effect.suspend(() => this.#readers.read(this.#value))
    // Where values were missed, the next one may be the same again.
    return unwrapScoped(Effect.map(read, (values) => Stream.changesWith(values, this.#same)))
  }

  readonly update = (f: (value: A) => A): Effect.Effect<A> =>
    Effect.sync(() => this.#readers.isOver ? this.#value : this.set(f(this.#value)))

  set(value: A): A {
    if (this.#readers.isOver) return this.#value
    const before = this.#value
    this.#value = value
    if (!this.#same(before, value)) this.#readers.emit(value)
    return value
  }

  get end(): Effect.Effect<void> {
    return Effect.sync(() => this.#readers.end())
  }
}
