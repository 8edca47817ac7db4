/** `roborock routines` */
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockPlanOutput from "../../../RoborockPlanOutput.ts"
import * as home from "../home.ts"
import * as named from "../named.ts"
import * as output from "../output.ts"
import { optional, shared } from "../sharedOptions.ts"

const options = {
  ...shared,
  run: optional(
    Options.text("run").pipe(
      Options.withPseudoName("routine"),
      Options.withDescription("Runs the routine of this name or number.")
    )
  )
}

export const command = Command.make("routines", options, (values) =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    const routines = yield* session.routines
    if (values.run !== undefined) {
      const { id, name } = yield* named.find("routine", routines, values.run)
      yield* session.runRoutine(id)
      const answer: typeof RoborockPlanOutput.RoutineRun.Type = { ran: name, id }
      return yield* output.write(values.json, answer, () => `${name} runs.`)
    }
    const rows: typeof RoborockPlanOutput.Routines.Type = routines.map(({ duids, enabled, id, name }) => ({
      name,
      id,
      enabled,
      devices: duids
    }))
    yield* output.write(values.json, rows, (isRich) =>
      rows.length === 0
        ? "There are no routines: they are made in the app."
        : output.table(
          ["NAME", "NUMBER", ""],
          rows.map(({ enabled, id, name }) => [name, id, enabled ? "" : "off"]),
          isRich
        ))
  }).pipe(home.provide(values)))
