/** `roborock routines` */
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import type { Routine } from "@effect-mqtt/roborock/Routine"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockPlanOutput from "../../RoborockPlanOutput.ts"
import * as home from "./home.ts"
import * as output from "./output.ts"
import { failure } from "./roborockFailure.ts"
import { optional, shared } from "./sharedOptions.ts"

const options = {
  ...shared,
  run: optional(
    Options.text("run").pipe(
      Options.withPseudoName("routine"),
      Options.withDescription("Runs the routine of this name or number.")
    )
  )
}

const find = (routines: ReadonlyArray<Routine>, wanted: string) => {
  const plain = (name: string) => name.trim().toLowerCase()
  const found = routines.filter(({ id, name }) => plain(name) === plain(wanted) || String(id) === wanted)
  const [routine] = found
  return routine !== undefined && found.length === 1
    ? Effect.succeed(routine)
    : failure(
      "Usage",
      `There ${found.length === 0 ? "is no routine" : "are several routines"} "${wanted}"`,
      `Known: ${routines.map(({ id, name }) => `${name} (${id})`).join(", ")}.`
    )
}

export const command = Command.make("routines", options, (values) =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    const routines = yield* session.routines
    if (values.run !== undefined) {
      const { id, name } = yield* find(routines, values.run)
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
