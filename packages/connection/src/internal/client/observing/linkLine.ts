import * as Effect from "effect/Effect"
import type * as LogLevel from "effect/LogLevel"
import type * as Runtime from "effect/Runtime"
import { isLogged } from "./logLevel.ts"

interface Details {
  readonly clientId: string
  readonly epoch: number
}

/** A line of the log on how a client stands with its links; undefined if nobody would see it. */
export const linkLine = (
  runtime: Runtime.Runtime<never>,
  level: LogLevel.LogLevel,
  words: ReadonlyArray<string>,
  { clientId, epoch }: Details
): Effect.Effect<void> | undefined =>
  isLogged(runtime, level)
    ? Effect.annotateLogs(Effect.logWithLevel(level, ...words), { package: "connection", clientId, epoch })
    : undefined
