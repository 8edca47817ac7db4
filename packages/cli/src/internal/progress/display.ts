/**
 * Lines and a progress bar below them. On a terminal the bar stays in its line; elsewhere it is
 * printed anew when the robot does something else, or every tenth of the way.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as terminalStyle from "../command/terminalStyle.ts"
import * as bar from "./bar.ts"
import type { Step } from "./steps.ts"

export interface Display {
  readonly line: (text: string) => Effect.Effect<void, PlatformError>
  readonly progress: (step: Step) => Effect.Effect<void, PlatformError>
}

const clearLine = "\r\u001b[2K"

export const make: Effect.Effect<Display, never, Terminal.Terminal | Scope.Scope> = Effect.gen(function*() {
  const terminal = yield* Terminal.Terminal
  const { isRich, size } = yield* terminalStyle.make
  let shown: string | undefined
  let told: string | undefined

  const redraw = (text: string) => terminal.display(`${clearLine}${text}`)

  // Whatever is printed after an interruption starts on a line of its own.
  yield* Effect.addFinalizer(() => shown === undefined ? Effect.void : Effect.ignore(terminal.display("\n")))

  return {
    line: (text) => Effect.suspend(() => isRich ? redraw(`${text}\n${shown ?? ""}`) : terminal.display(`${text}\n`)),
    progress: (step) =>
      Effect.flatMap(size, ({ columns }) => {
        const text = bar.lineOf(step, isRich ? columns : Number.POSITIVE_INFINITY)
        if (isRich) {
          shown = step.fraction === 1 ? undefined : text
          return redraw(step.fraction === 1 ? `${text}\n` : text)
        }
        const news = bar.newsOf(step)
        if (news === told) return Effect.void
        told = news
        return terminal.display(`${text}\n`)
      })
  }
})
