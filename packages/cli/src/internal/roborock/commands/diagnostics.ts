/** `roborock diagnostics` */
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { shared } from "../sharedOptions.ts"

const orNull = (_name: string, value: unknown): unknown => value === undefined ? null : value

/** Also for people it is JSON, which they read before they send it to others. */
export const command = Command.make(
  "diagnostics",
  shared,
  (values) =>
    Effect.flatMap(RoborockSession.RoborockSession, (session) => session.diagnostics).pipe(
      Effect.flatMap((report) => output.line(JSON.stringify(report, orNull, values.json ? undefined : 2))),
      home.provide(values)
    )
)
