/** `roborock history` */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../../RoborockOutput.ts"
import { minutes, squareMetres } from "../deviceStatus.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { onDevice } from "../sharedOptions.ts"

/** One request each. */
const mostRuns = 100

const options = {
  ...onDevice,
  count: Options.integer("count").pipe(
    Options.withAlias("n"),
    Options.withDefault(10),
    Options.withDescription("How many runs, the newest first; 10 by default.")
  )
}

type History = typeof RoborockOutput.History.Type

/** In the time zone of this machine. */
const localTime = (iso: string): string =>
  new Date(iso).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" })

const words = (name: string | null): string => (name ?? "").replaceAll("_", " ")

const text = ({ area, count, runs, seconds }: History, isRich: boolean): string => {
  const totals = [
    count === null ? undefined : `${count} ${count === 1 ? "run" : "runs"}`,
    area === null ? undefined : squareMetres(area),
    minutes(seconds)
  ].filter((total) => total !== undefined)
  const table = runs.length === 0 ? "There are no runs yet." : output.table(
    ["RUN", "BEGAN", "TOOK", "AREA", "WHAT", "BY", "END"],
    runs.map((run, index) => [
      index + 1,
      localTime(run.begin),
      minutes(run.seconds),
      squareMetres(run.area),
      words(run.kind),
      words(run.startedBy),
      words(run.finish)
    ]),
    isRich
  )
  return `${table}\n\nIn all: ${totals.join(", ")}`
}

const run = (count: number) => (values: Parameters<typeof home.pickDevice>[0]) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    const { latest, summary } = yield* device.trait("history")
    const totals = yield* summary
    const records = yield* latest(count)
    const history: History = {
      seconds: Duration.toSeconds(totals.cleanTime),
      area: totals.area ?? null,
      count: totals.count ?? null,
      runs: records.map((record) => ({
        id: record.id,
        begin: output.moment(record.begin),
        end: output.moment(record.end),
        seconds: Duration.toSeconds(record.duration),
        area: record.area,
        complete: record.complete,
        kind: record.kind ?? null,
        startedBy: record.startedBy ?? null,
        finish: record.finish ?? null,
        error: record.error
      }))
    }
    return history
  })

export const command = Command.make("history", options, (values) =>
  Effect.gen(function*() {
    if (values.count < 0 || values.count > mostRuns) {
      return yield* failure("Usage", `--count has to be from 0 to ${mostRuns}`)
    }
    yield* run(values.count)(values).pipe(
      Effect.flatMap((history) => output.write(values.json, history, (isRich) => text(history, isRich))),
      home.provide(values)
    )
  }))
