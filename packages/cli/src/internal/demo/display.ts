/**
 * Lines and a progress bar below them. On a terminal the bar stays in its line; elsewhere it is
 * printed anew when the robot does something else, or every tenth of the way.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Step } from "./progress.ts"

export interface Display {
  readonly line: (text: string) => Effect.Effect<void, PlatformError>
  readonly progress: (step: Step) => Effect.Effect<void, PlatformError>
}

const barWidth = 24
const clearLine = "\r\u001b[2K"

const bar = (fraction: number): string => {
  const filled = Math.round(fraction * barWidth)
  return `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}] ${String(Math.round(fraction * 100)).padStart(3)} %`
}

const describe = ({ fraction, state }: Step): string => {
  // The map, which alone tells the room, is read after the state: in the dock it would still be the last one.
  const room = state.activity === "docked" ? undefined : state.currentRoom
  const words = [state.stateName.replaceAll("_", " "), room, `battery ${state.battery ?? "?"} %`]
  return `${bar(fraction)}  ${words.filter((word) => word !== undefined).join(", ")}${state.stale ? " (no news)" : ""}`
}

export const make: Effect.Effect<Display, never, Terminal.Terminal | Scope.Scope> = Effect.gen(function*() {
  const terminal = yield* Terminal.Terminal
  const inPlace = yield* terminal.isTTY
  let shown: string | undefined
  let told: string | undefined

  const redraw = (text: string) => terminal.display(`${clearLine}${text}`)

  // Whatever is printed after an interruption starts on a line of its own.
  yield* Effect.addFinalizer(() => shown === undefined ? Effect.void : Effect.ignore(terminal.display("\n")))

  return {
    line: (text) => Effect.suspend(() => inPlace ? redraw(`${text}\n${shown ?? ""}`) : terminal.display(`${text}\n`)),
    progress: (step) =>
      Effect.suspend(() => {
        const text = describe(step)
        if (inPlace) {
          shown = step.fraction === 1 ? undefined : text
          return redraw(step.fraction === 1 ? `${text}\n` : text)
        }
        const news = `${Math.floor(step.fraction * 10)} ${step.state.stateName} ${step.state.currentRoom ?? ""}`
        if (news === told) return Effect.void
        told = news
        return terminal.display(`${text}\n`)
      })
  }
})
