/** Whether what is written may have colours and move the cursor, and how much fits. */
import * as Terminal from "@effect/platform/Terminal"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface TerminalStyle {
  /** False where the output is not a terminal, is a dumb one, or one whose owner has set `NO_COLOR`: then only lines of text. */
  readonly isRich: boolean
  /** Of this moment: windows change their size. `COLUMNS` makes it narrower. */
  readonly size: Effect.Effect<{ readonly columns: number; readonly rows: number }>
}

const setting = (name: string) =>
  Effect.map(Effect.orElseSucceed(Config.option(Config.string(name)), Option.none), Option.getOrElse(() => ""))

const positive = (size: number): number | undefined => Number.isInteger(size) && size > 0 ? size : undefined

export const make: Effect.Effect<TerminalStyle, never, Terminal.Terminal> = Effect.gen(function*() {
  const terminal = yield* Terminal.Terminal
  const isTerminal = yield* terminal.isTTY
  const wanted = positive(Number(yield* setting("COLUMNS")))
  const isRich = isTerminal && (yield* setting("NO_COLOR")) === "" && (yield* setting("TERM")) !== "dumb"
  return {
    isRich,
    size: Effect.zipWith(terminal.columns, terminal.rows, (columns, rows) => ({
      columns: Math.min(wanted ?? Number.POSITIVE_INFINITY, positive(columns) ?? wanted ?? 80),
      rows: positive(rows) ?? 24
    }))
  }
})
