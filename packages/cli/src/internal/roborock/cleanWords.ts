/** How to clean, in the words of the command line: levels by the names that the device has. */
import type * as CleaningModes from "@effect-mqtt/roborock/CleaningModes"
import type * as Device from "@effect-mqtt/roborock/Device"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { failure } from "./roborockFailure.ts"
import { optional } from "./sharedOptions.ts"

const level = (name: string, description: string) =>
  optional(Options.text(name).pipe(Options.withDescription(description)))

export const options = {
  mode: level("mode", "What to do, such as vacuum, mop or vac_and_mop."),
  fan: level("fan", "Suction, such as quiet or max."),
  water: level("water", "Water for the mop, such as low or off."),
  route: level("route", "How closely it drives, such as standard or deep.")
}

export interface Values {
  readonly mode: string | undefined
  readonly fan: string | undefined
  readonly water: string | undefined
  readonly route: string | undefined
}

const unknown = (what: string, word: string, choices: ReadonlyArray<string>) =>
  failure(
    "Usage",
    `The device has no ${what} "${word}"`,
    choices.length === 0 ? "It has no such choice." : `It has ${choices.join(", ")}.`
  )

const isMode = (word: string, modes: ReadonlyArray<CleaningModes.Mode>): word is CleaningModes.Mode =>
  modes.some((mode) => mode === word)

/** Sets what was asked for; nothing is sent when the device does not know a word. */
export const apply = (device: Device.Device, { fan, mode, route, water }: Values) =>
  Effect.gen(function*() {
    const change = { fan, water, route }
    const isChanged = [fan, water, route].some((word) => word !== undefined)
    if (mode === undefined && !isChanged) return
    const modes = yield* device.trait("modes")
    const choices = yield* modes.choices
    for (const kind of ["fan", "water", "route"] as const) {
      const word = change[kind]
      if (word !== undefined && !choices[kind].includes(word)) return yield* unknown(kind, word, choices[kind])
    }
    if (mode !== undefined) {
      if (!isMode(mode, choices.modes)) return yield* unknown("mode", mode, choices.modes)
      yield* modes.setMode(mode)
    }
    if (isChanged) yield* modes.set(change)
  })
