/** `roborock dnd` */
import type { DailyWindowTrait } from "@effect-mqtt/roborock/DailyWindow"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../../RoborockOutput.ts"
import * as clockWords from "../clockWords.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { type DeviceValues, onDevice, optional } from "../sharedOptions.ts"

const time = (name: string, description: string) =>
  optional(Options.text(name).pipe(Options.withPseudoName("time"), Options.withDescription(description)))

const options = {
  ...onDevice,
  on: Options.boolean("on").pipe(Options.withDescription("Switches it on with its present times.")),
  off: Options.boolean("off").pipe(Options.withDescription("Switches it off.")),
  from: time("from", "Sets when it begins, such as 22:00, and switches it on."),
  to: time("to", "Sets when it ends, such as 07:00, and switches it on.")
}

interface Values extends DeviceValues {
  readonly on: boolean
  readonly off: boolean
  readonly from: string | undefined
  readonly to: string | undefined
}

const change = ({ disable, enable, get, set }: DailyWindowTrait, { from, off, on, to }: Values) =>
  Effect.gen(function*() {
    if (off) return yield* disable
    if (from === undefined && to === undefined) return yield* on ? enable : Effect.void
    const now = yield* get
    yield* set({
      start: from === undefined ? now.start : yield* clockWords.timeOf("--from", from),
      end: to === undefined ? now.end : yield* clockWords.timeOf("--to", to)
    })
  })

const run = (values: Values) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    const trait = yield* device.trait("doNotDisturb")
    yield* change(trait, values)
    const { enabled, end, start } = yield* trait.get
    const answer: typeof RoborockOutput.DoNotDisturb.Type = {
      enabled,
      start: clockWords.timeText(start),
      end: clockWords.timeText(end)
    }
    yield* output.write(values.json, answer, () =>
      `Do not disturb is ${enabled ? "on" : "off"}, from ${answer.start} to ${answer.end}.`)
  }).pipe(home.provide(values))

const check = ({ from, off, on, to }: Values) =>
  off && (on || from !== undefined || to !== undefined)
    ? failure("Usage", "--off stands alone")
    : Effect.void

export const command = Command.make("dnd", options, (values) => Effect.zipRight(check(values), run(values)))
