/** A real terminal: a shell in tmux, on a server of its own. */
import { Effect } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { delimiter, join } from "node:path"

export const isHere = spawnSync("tmux", ["-V"]).error === undefined

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What a person sees and does. */
export interface Terminal {
  /** Types words, as they are, and presses enter. */
  readonly type: (words: string) => Effect.Effect<void>
  /** The same on an empty screen, so that nothing that was there before is taken for what these words show. */
  readonly typeAfresh: (words: string) => Effect.Effect<void>
  /** Presses a key by its name in tmux, such as `C-c`. */
  readonly press: (key: string) => Effect.Effect<void>
  readonly resize: (size: Size) => Effect.Effect<void>
  /** The lines on the screen, without the empty ones below. */
  readonly lines: Effect.Effect<ReadonlyArray<string>>
  /** The same with colours, as escape sequences. */
  readonly coloured: Effect.Effect<string>
  /** Whether a program draws on the second screen, and whether the cursor is to be seen. */
  readonly mode: Effect.Effect<{ readonly isAlternate: boolean; readonly hasCursor: boolean }>
  /** Waits until the screen shows something. */
  readonly until: (pattern: RegExp) => Effect.Effect<ReadonlyArray<string>>
}

/** Until the scope closes; one in a folder, which is also on the `PATH`. */
export const open = (folder: string, env: Readonly<Record<string, string>>, { columns, rows }: Size) =>
  Effect.gen(function*() {
    // Settings of the person who runs the tests are no part of it.
    const { NO_COLOR: _, COLUMNS: __, ...outer } = process.env
    const tmux = (...words: ReadonlyArray<string>) =>
      Effect.sync(() =>
        execFileSync("tmux", ["-S", join(folder, "tmux"), "-f", "/dev/null", "-u", ...words], {
          encoding: "utf8",
          env: { ...outer, ...env, PATH: `${folder}${delimiter}${outer.PATH ?? ""}`, PS1: "$ ", LC_ALL: "C.UTF-8" }
        })
      )
    const size = [`-x${columns}`, `-y${rows}`]
    yield* Effect.acquireRelease(
      tmux("new-session", "-d", ...size, "-c", folder, "bash", "--norc", "--noprofile"),
      () => tmux("kill-server")
    )
    const lines = Effect.map(tmux("capture-pane", "-p"), (text) => text.trimEnd().split("\n"))
    const until: Terminal["until"] = (pattern) =>
      Effect.iterate(Array.of<string>(), {
        while: (shown: ReadonlyArray<string>) => !pattern.test(shown.join("\n")),
        body: () => Effect.delay(lines, "50 millis")
      })
    const press = (key: string) => Effect.asVoid(tmux("send-keys", key))
    const type = (words: string) => Effect.zipRight(tmux("send-keys", "-l", words), press("Enter"))
    const terminal: Terminal = {
      type,
      // tmux empties it at once, the shell only when it gets to that: then it takes away what was typed.
      typeAfresh: (words) => Effect.zipRight(tmux("send-keys", "-R"), type(`clear; ${words}`)),
      press,
      resize: (to) => Effect.asVoid(tmux("resize-window", `-x${to.columns}`, `-y${to.rows}`)),
      lines,
      coloured: tmux("capture-pane", "-p", "-e"),
      mode: Effect.map(tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}"), (text) => {
        const [alternate, cursor] = text.trim().split(" ")
        return { isAlternate: alternate === "1", hasCursor: cursor === "1" }
      }),
      until
    }
    yield* terminal.until(/\$/)
    return terminal
  })
