/** `roborock consumables` */
import type { Consumable } from "@effect-mqtt/roborock/ConsumablesTrait"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../../RoborockOutput.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import { failure } from "../roborockFailure.ts"
import { onDevice, optional } from "../sharedOptions.ts"

const options = {
  ...onDevice,
  reset: optional(
    Options.text("reset").pipe(
      Options.withPseudoName("part"),
      Options.withDescription("Tells the device that a part is new or clean again.")
    )
  )
}

/** `mainBrush` is `main brush` to people. */
const wordsOf = (part: string): string => part.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const plain = (part: string): string => part.toLowerCase().replace(/[^a-z]/g, "")

const find = (parts: ReadonlyArray<Consumable>, wanted: string) => {
  const found = parts.find(({ part }) => plain(part) === plain(wanted))
  return found === undefined
    ? failure("Usage", `The device has no part "${wanted}"`, `It has ${parts.map(({ part }) => part).join(", ")}.`)
    : Effect.succeed(found.part)
}

const leftText = ({ left, unit }: Pick<Consumable, "left" | "unit">): string =>
  unit === "seconds" ? `${Math.floor(left / 3600)} h` : unit === "times" ? `${left} times` : `${left} %`

export const command = Command.make("consumables", options, (values) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    const { list, reset } = yield* device.trait("consumables")
    if (values.reset !== undefined) yield* reset(yield* find(yield* list, values.reset))
    const parts: typeof RoborockOutput.Consumables.Type = yield* list
    yield* output.write(values.json, parts, (isRich) =>
      output.table(
        ["PART", "LEFT", ""],
        parts.map((part) => [wordsOf(part.part), `${part.leftPercent} %`, leftText(part)]),
        isRich
      ))
  }).pipe(home.provide(values)))
