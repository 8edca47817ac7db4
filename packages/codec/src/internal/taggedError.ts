import type * as Data from "effect/Data"
import * as Effectable from "effect/Effectable"
import * as Either from "effect/Either"

/**
 * `Data.TaggedError` without the runtime behind it. That one turns into an effect through `Effect.fail`, which brings
 * causes, chunks and hash maps into every bundle, 7 kB gzipped. A `Left` is an effect as well, and is here anyway.
 */
const make = (tag: string) => {
  class Base extends Error {
    readonly _tag = tag
    constructor(fields: object) {
      super()
      Object.assign(this, fields)
    }
    commit(): Either.Either<never, this> {
      return Either.left(this)
    }
    toJSON(): object {
      return { ...this }
    }
  }
  Object.assign(Base.prototype, Effectable.StructuralCommitPrototype, { name: tag })
  return Base
}

export const TaggedError = make as unknown as typeof Data.TaggedError // types know nothing of what is assigned
