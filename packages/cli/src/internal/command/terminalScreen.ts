/** A terminal's second screen, which is drawn on and left as if nothing had been. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type OutputClosed, StandardStreams } from "../../StandardStreams.ts"
import * as byteText from "./byteText.ts"

const escape = "\u001b["
/** The second screen, no cursor, and no new line where a line is too long, as it is while a window gets narrower. */
const enter = `${escape}?1049h${escape}?25l${escape}?7l`
const leave = `${escape}?7h${escape}?25h${escape}?1049l`

/** Draws lines from the top, each in the place of the one before. */
export type Draw = (lines: ReadonlyArray<string>) => Effect.Effect<void, OutputClosed>

export const open: Effect.Effect<Draw, OutputClosed, StandardStreams | Scope.Scope> = Effect.gen(function*() {
  const { write } = yield* StandardStreams
  const put = (text: string) => write(byteText.utf8(text))
  yield* Effect.acquireRelease(put(enter), () => Effect.ignore(put(leave)))
  return (lines) => put(`${escape}H${lines.map((line) => `${line}${escape}K`).join("\r\n")}${escape}J`)
})
