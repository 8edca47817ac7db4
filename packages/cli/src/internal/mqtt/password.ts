/** The password, from where few can see it: a file, the environment, the keyboard. `-P` works too, with a warning. */
import * as Terminal from "@effect/platform/Terminal"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { StandardStreams } from "../../StandardStreams.ts"
import { CommandError, usage } from "./commandError.ts"
import type { ConnectionValues } from "./connectionTable.ts"
import { readText } from "./tlsFiles.ts"

const variable = "MQTT_PASSWORD"

const interrupted = new CommandError({ kind: "Failed", sentence: "No password was given", exitCode: 130 })

/** Keys come one by one, and nothing of them is shown. */
const ask = Effect.gen(function*() {
  const terminal = yield* Terminal.Terminal
  const { report } = yield* StandardStreams
  yield* report("Password:")
  const keys = yield* terminal.readInput
  let typed = ""
  while (true) {
    const { input, key } = yield* Effect.mapError(keys.take, () => interrupted)
    if (key.name === "enter" || key.name === "return") return Redacted.make(typed)
    if (key.ctrl && (key.name === "c" || key.name === "d")) return yield* interrupted
    if (key.name === "backspace") typed = typed.slice(0, -1)
    else typed += Option.getOrElse(input, () => "")
  }
}).pipe(Effect.scoped)

type PasswordValues = Pick<ConnectionValues, "askPassword" | "password" | "passwordEnv" | "passwordFile" | "quiet">

export const read = (values: PasswordValues, inUrl: string | undefined) =>
  Effect.gen(function*() {
    const { password, passwordEnv, passwordFile } = values
    if (password !== undefined) {
      if (!values.quiet) {
        const { report } = yield* StandardStreams
        yield* report(`Warning: others can see -P in the list of processes; use ${variable} or --password-file.`)
      }
      return Redacted.make(password)
    }
    if (values.askPassword) return yield* ask
    if (passwordFile !== undefined) {
      return Redacted.make((yield* readText(passwordFile)).split(/\r?\n/, 1)[0])
    }
    if (inUrl !== undefined) return Redacted.make(inUrl)
    const found = yield* Effect.orElseSucceed(
      Config.option(Config.redacted(Config.string(passwordEnv ?? variable))),
      Option.none
    )
    if (passwordEnv !== undefined && Option.isNone(found)) {
      return yield* usage(`The environment has no variable ${passwordEnv}`)
    }
    return Option.getOrUndefined(found)
  })
