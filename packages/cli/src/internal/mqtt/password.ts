/** The password, from where few can see it: a file, the environment, the keyboard. `-P` works too, with a warning. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { StandardStreams } from "../../StandardStreams.ts"
import * as keyboard from "../command/keyboard.ts"
import type { ConnectionValues } from "./connectionTable.ts"
import { usage } from "./mqttFailure.ts"
import { readText } from "./tlsFiles.ts"

const variable = "MQTT_PASSWORD"

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
    if (values.askPassword) {
      const otherwise = `Use ${variable} or --password-file.`
      return Redacted.make(yield* keyboard.ask("Password", { isSecret: true, otherwise }))
    }
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
