/** Questions that a person answers at the keyboard. */
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { StandardStreams } from "../../StandardStreams.ts"
import { CommandError, unanswered } from "./commandError.ts"

interface Question {
  /** Nothing of the answer is shown. */
  readonly isSecret: boolean
  /** What to do where there is nobody to ask. */
  readonly otherwise: string
}

export type Needs = StandardStreams | Terminal.Terminal

const withoutLast = (text: string): string => Array.from(text).slice(0, -1).join("")

/** Keys come one by one, and the terminal itself shows none of them. */
export const ask = (what: string, { isSecret, otherwise }: Question): Effect.Effect<string, CommandError, Needs> =>
  Effect.gen(function*() {
    const terminal = yield* Terminal.Terminal
    const { hasKeyboard, report } = yield* StandardStreams
    if (!hasKeyboard) {
      return yield* new CommandError({
        kind: "Usage",
        sentence: `${what} is missing, and there is no keyboard to ask for it`,
        advice: otherwise,
        exitCode: 1
      })
    }
    yield* report(`${what}:`)
    const keys = yield* terminal.readInput
    const isShown = !isSecret && (yield* terminal.isTTY)
    const show = (text: string) => isShown ? Effect.ignore(terminal.display(text)) : Effect.void
    let typed = ""
    while (true) {
      const { input, key } = yield* Effect.mapError(keys.take, unanswered)
      if (key.name === "enter" || key.name === "return") {
        yield* show("\n")
        return typed
      }
      if (key.ctrl && (key.name === "c" || key.name === "d")) return yield* unanswered()
      if (key.name === "backspace") {
        if (typed !== "") yield* show("\b \b")
        typed = withoutLast(typed)
      } else {
        // Arrows and the like are control characters.
        const text = Option.getOrElse(Option.filter(input, (text) => /^\P{C}+$/u.test(text)), () => "")
        typed += text
        yield* show(text)
      }
    }
  }).pipe(Effect.scoped)
