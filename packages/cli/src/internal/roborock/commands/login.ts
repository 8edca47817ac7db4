/** `roborock login` */
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import { PrivateFiles } from "@effect-mqtt/roborock/node"
import * as RoborockApi from "@effect-mqtt/roborock/RoborockApi"
import type { AuthError, ConnectError } from "@effect-mqtt/roborock/RoborockError"
import type { UserData } from "@effect-mqtt/roborock/UserData"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as RoborockAccountOutput from "../../../RoborockAccountOutput.ts"
import { StandardStreams } from "../../../StandardStreams.ts"
import { CommandError } from "../../command/commandError.ts"
import * as keyboard from "../../command/keyboard.ts"
import * as setting from "../../command/setting.ts"
import * as accountApi from "../accountApi.ts"
import * as configFolder from "../configFolder.ts"
import * as home from "../home.ts"
import * as keptLogin from "../keptLogin.ts"
import * as output from "../output.ts"
import { failure, fromRoborock } from "../roborockFailure.ts"
import { optional, shared, type SharedValues } from "../sharedOptions.ts"
import * as simulatedHome from "../simulatedHome.ts"

const options = {
  ...shared,
  email: optional(
    Options.text("email").pipe(Options.withDescription("The address of the account; ROBOROCK_EMAIL, or you are asked."))
  ),
  code: Options.boolean("code").pipe(
    Options.withDescription("By a code that Roborock sends to that address, in place of the password.")
  ),
  passwordFile: optional(
    Options.text("password-file").pipe(
      Options.withDescription("A file with the password in its first line; ROBOROCK_PASSWORD_FILE.")
    )
  ),
  again: Options.boolean("again").pipe(
    Options.withDescription("Logs in even if the login that is kept is still valid.")
  ),
  baseUrl: optional(
    Options.text("base-url").pipe(
      Options.withDescription("Another login API, such as that of \"roborock simulate\"; ROBOROCK_BASE_URL.")
    )
  )
}

interface Values extends SharedValues {
  readonly email: string | undefined
  readonly code: boolean
  readonly passwordFile: string | undefined
  readonly again: boolean
  readonly baseUrl: string | undefined
}

const orCommandError = <A, R>(self: Effect.Effect<A, AuthError | ConnectError, R>) =>
  Effect.mapError(self, fromRoborock)

/** The library asks with an effect that cannot fail: that nobody answers comes out of it as a defect. */
const byCode = (email: string) =>
  Effect.gen(function*() {
    const { hasKeyboard, report } = yield* StandardStreams
    if (!hasKeyboard) {
      return yield* failure("Usage", "The code cannot be asked for without a keyboard", "Run this in a terminal.")
    }
    const api = yield* RoborockApi.RoborockApi
    const context = yield* Effect.context<keyboard.Needs>()
    yield* report(`Roborock sends a code to ${email}.`)
    const code = keyboard.ask("Code", { isSecret: false, otherwise: "" }).pipe(Effect.orDie, Effect.provide(context))
    return yield* orCommandError(api.login({ email, code }))
  }).pipe(
    Effect.catchSomeDefect((defect) =>
      defect instanceof CommandError ? Option.some(Effect.fail(defect)) : Option.none()
    )
  )

const askPassword = keyboard.ask("Password (leave it empty for a code by e-mail)", {
  isSecret: true,
  otherwise: "Use ROBOROCK_PASSWORD or --password-file."
})

const byPassword = (email: string, { passwordFile }: Values) =>
  Effect.gen(function*() {
    const password = (yield* home.passwordOf(passwordFile)) ?? Redacted.make(yield* askPassword)
    if (Redacted.value(password) === "") return yield* byCode(email)
    const api = yield* RoborockApi.RoborockApi
    const { hasKeyboard } = yield* StandardStreams
    return yield* api.login({ email, password }).pipe(
      Effect.catchAll((error) =>
        error.reason === "TwoFactorRequired" && hasKeyboard ? byCode(email) : Effect.fail(fromRoborock(error))
      )
    )
  })

type Answer = Omit<typeof RoborockAccountOutput.Login.Type, "folder">

const answerOf = (email: string, baseUrl: string | undefined, userData: UserData, isNew: boolean) =>
  Effect.gen(function*() {
    const api = yield* RoborockApi.RoborockApi
    const detail = yield* api.homeDetail(userData)
    const answer: Answer = {
      email,
      home: detail.name ?? null,
      region: userData.region ?? null,
      baseUrl: baseUrl ?? null,
      isNew
    }
    return answer
  })

/** The login that is kept, if it is the one that is wanted and Roborock still accepts it. */
const stillGood = (kept: keptLogin.KeptLogin | undefined, email: string | undefined, values: Values) =>
  kept === undefined || values.again || email !== undefined && email !== kept.email
    ? Effect.succeed(undefined)
    : answerOf(kept.email, kept.baseUrl, kept.userData, false).pipe(
      Effect.catchTag("AuthError", () => Effect.succeed(undefined)),
      orCommandError
    )

const logIn = (kept: keptLogin.KeptLogin | undefined, baseUrl: string | undefined, values: Values) =>
  Effect.gen(function*() {
    const given = values.email ?? (yield* setting.text("ROBOROCK_EMAIL"))
    const good = yield* stillGood(kept?.baseUrl === baseUrl ? kept : undefined, given, values)
    if (good !== undefined) return good
    const email = given ??
      (yield* keyboard.ask("E-mail address", { isSecret: false, otherwise: "Use --email or ROBOROCK_EMAIL." })).trim()
    const userData = yield* values.code ? byCode(email) : byPassword(email, values)
    yield* Effect.mapError(
      keptLogin.write({ email, baseUrl, userData }),
      (cause) => failure("File", "The login cannot be kept", "Look at the folder of --config-dir.", cause)
    )
    return yield* orCommandError(answerOf(email, baseUrl, userData, true))
  })

const tell = (values: Values, { email, home: name, isNew, ...rest }: Answer, folder: string | null) =>
  output.write(values.json, { email, home: name, ...rest, folder, isNew }, () => {
    const where = folder === null ? "Nothing of this is kept." : `The login is kept in ${folder}.`
    const how = isNew ? "Logged in" : "Already logged in"
    return `${how} as ${email}${name === null ? "" : `, home "${name}"`}. ${where}`
  })

const onSimulator = (values: Values) =>
  Effect.gen(function*() {
    const { account, baseUrl } = yield* Simulator.Simulator
    const answer = yield* Effect.gen(function*() {
      const api = yield* RoborockApi.RoborockApi
      const userData = yield* api.login({ email: account.email, password: account.password })
      return yield* answerOf(account.email, baseUrl, userData, true)
    }).pipe(Effect.provide(accountApi.layer(baseUrl)), orCommandError)
    yield* tell(values, answer, null)
  }).pipe(Effect.provide([simulatedHome.simulator, KeyValueStore.layerMemory]))

const onAccount = (values: Values) =>
  Effect.gen(function*() {
    const folder = yield* configFolder.choose(values)
    const answer = yield* Effect.gen(function*() {
      const kept = yield* keptLogin.read
      const baseUrl = values.baseUrl ?? (yield* setting.text("ROBOROCK_BASE_URL"))
      return yield* Effect.provide(logIn(kept, baseUrl, values), accountApi.layer(baseUrl))
    }).pipe(Effect.provide([PrivateFiles.layer(folder), NodeHttpClient.layerUndici]))
    yield* tell(values, answer, folder)
  })

export const command = Command.make(
  "login",
  options,
  (values) => values.simulator ? onSimulator(values) : onAccount(values)
)
