/** Lines of the log. Each says which package it is of, as those of the connection do. */
import * as Effect from "effect/Effect"

const ours = Effect.annotateLogs({ package: "roborock" })

export const trace = (...words: ReadonlyArray<unknown>): Effect.Effect<void> => ours(Effect.logTrace(...words))

export const debug = (...words: ReadonlyArray<unknown>): Effect.Effect<void> => ours(Effect.logDebug(...words))

export const info = (...words: ReadonlyArray<unknown>): Effect.Effect<void> => ours(Effect.logInfo(...words))

export const warning = (...words: ReadonlyArray<unknown>): Effect.Effect<void> => ours(Effect.logWarning(...words))
