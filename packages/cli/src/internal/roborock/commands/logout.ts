/** `roborock logout` */
import { PrivateFiles } from "@effect-mqtt/roborock/node"
import * as RateGuard from "@effect-mqtt/roborock/RateGuard"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as RoborockAccountOutput from "../../../RoborockAccountOutput.ts"
import * as configFolder from "../configFolder.ts"
import * as keptLogin from "../keptLogin.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { shared, type SharedValues } from "../sharedOptions.ts"

type Answer = typeof RoborockAccountOutput.Logout.Type

const sentence = ({ email, folder }: Answer): string =>
  folder === null
    ? "A simulated home keeps nothing."
    : email === null
    ? `Nobody was logged in. Nothing of an account is kept in ${folder} any more.`
    : `Logged out ${email}. Nothing of the account is kept in ${folder} any more.`

/**
 * Beside the token there are keys of devices and maps, which are as private. How often the cloud was asked is nobody's
 * secret, and still what decides whether it locks the next login out.
 */
const forget = (values: SharedValues) =>
  Effect.gen(function*() {
    const folder = yield* configFolder.choose(values)
    return yield* Effect.gen(function*() {
      const kept = yield* keptLogin.read
      yield* Effect.mapError(
        RateGuard.clearButCounts,
        (cause) => failure("File", `What is kept in ${folder} cannot be removed`, "Look at its permissions.", cause)
      )
      const answer: Answer = { email: kept?.email ?? null, folder }
      return answer
    }).pipe(Effect.provide(PrivateFiles.layer(folder)))
  })

const onSimulator: Answer = { email: null, folder: null }

export const command = Command.make("logout", shared, (values) =>
  Effect.flatMap(
    values.simulator ? Effect.succeed(onSimulator) : forget(values),
    (answer) => output.write(values.json, answer, () => sentence(answer))
  ))
