/** What a person sets once: each device has other settings, so they are read one by one. */
import type { CarpetHandling } from "@effect-mqtt/roborock/CarpetTrait"
import type * as DailyWindow from "@effect-mqtt/roborock/DailyWindow"
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DockJobTrait } from "@effect-mqtt/roborock/DockTrait"
import { RequestError, type RoborockError, type UnsupportedTrait } from "@effect-mqtt/roborock/RoborockError"
import type { SwitchTrait } from "@effect-mqtt/roborock/SwitchTrait"
import * as Effect from "effect/Effect"
import type { Setting, SettingsAnswer } from "./messages.ts"
import {
  type ChoiceName,
  choiceNames,
  type HoursName,
  hoursNames,
  type SwitchName,
  switchNames
} from "./settingNames.ts"

type Has<Trait> = Effect.Effect<Trait, UnsupportedTrait>

export const switchOf = (device: Device.Device, name: SwitchName): Has<SwitchTrait> =>
  name === "carpetBoost"
    ? Effect.map(device.trait("carpet"), ({ boost, setBoost }) => ({ get: boost, set: setBoost }))
    : name === "smartWashing"
    ? Effect.map(device.trait("washBreaks"), ({ get, set }) => ({
      get: Effect.map(get, ({ smart }) => smart),
      set: (smart) => set({ smart })
    }))
    : device.trait(name)

/** What all choices are in the form of. */
type Choice = Pick<DockJobTrait, "mode" | "modes" | "setMode">

const notAmong = (method: string, names: ReadonlyArray<string>) =>
  new RequestError({ reason: "InvalidArgument", method, why: `the mode is one of ${names.join(", ")}` })

const handlings: ReadonlyArray<CarpetHandling> = ["avoid", "lift", "ignore"]

/** What a robot does on carpets. */
const carpetChoice = (device: Device.Device): Has<Choice> =>
  Effect.map(device.trait("carpet"), ({ handling, setHandling }) => ({
    mode: handling,
    modes: Effect.succeed(handlings),
    setMode: (name) => {
      const wanted = handlings.find((known) => known === name)
      return wanted === undefined ? notAmong("carpet", handlings) : setHandling(wanted)
    }
  }))

const repeats: ReadonlyArray<string> = ["once", "twice", "three_times"]

/** How many times everything is cleaned. */
const repeatChoice = (device: Device.Device): Has<Choice> =>
  Effect.map(device.trait("repeat"), ({ setTimes, times }) => ({
    mode: Effect.map(times, (count) => repeats[count - 1] ?? String(count)),
    modes: Effect.succeed(repeats),
    setMode: (name) => repeats.includes(name) ? setTimes(repeats.indexOf(name) + 1) : notAmong("repeat", repeats)
  }))

export const choiceOf = (device: Device.Device, name: ChoiceName): Has<Choice> =>
  name === "carpet" ? carpetChoice(device) : name === "repeat" ? repeatChoice(device) : device.trait(name)

export const hoursOf = (device: Device.Device, name: HoursName): Has<DailyWindow.DailyWindowTrait> => device.trait(name)

const readers = (device: Device.Device): ReadonlyArray<readonly [string, Effect.Effect<Setting, RoborockError>]> => [
  ...switchNames.map((name) =>
    [
      name,
      Effect.map(
        Effect.flatMap(switchOf(device, name), ({ get }) => get),
        (on): Setting => ({ kind: "switch", name, on })
      )
    ] as const
  ),
  ...choiceNames.map((name) =>
    [
      name,
      Effect.flatMap(choiceOf(device, name), ({ mode, modes }) =>
        Effect.zipWith(mode, modes, (value, values): Setting => ({ kind: "choice", name, value, values })))
    ] as const
  ),
  [
    "sound",
    Effect.map(
      Effect.flatMap(device.trait("sound"), ({ volume }) => volume),
      (percent): Setting => ({ kind: "volume", name: "sound", percent })
    )
  ],
  ...hoursNames.map((name) =>
    [
      name,
      Effect.map(
        Effect.flatMap(hoursOf(device, name), ({ get }) => get),
        ({ enabled, end, start }): Setting => ({ kind: "hours", name, enabled, start, end })
      )
    ] as const
  )
]

/** Some firmware lacks what its model is said to have. */
const isAbsent = (error: RoborockError): boolean =>
  error._tag === "UnsupportedTrait" || error._tag === "DeviceError" && error.reason === "UnknownMethod"

/** Devices answer several questions at a time, and not many. */
const concurrency = 4

/** Those that the device has. One that it does not answer for takes none of the others with it. */
export const read = (device: Device.Device): Effect.Effect<SettingsAnswer> =>
  Effect.map(
    Effect.forEach(readers(device), ([name, setting]) =>
      setting.pipe(
        Effect.map((known): SettingsAnswer => ({ settings: [known], silent: [] })),
        Effect.catchIf(isAbsent, () => Effect.succeed<SettingsAnswer>({ settings: [], silent: [] })),
        Effect.catchAll(() => Effect.succeed<SettingsAnswer>({ settings: [], silent: [name] }))
      ), { concurrency }),
    (answers) => ({
      settings: answers.flatMap(({ settings }) => settings),
      silent: answers.flatMap(({ silent }) => silent)
    })
  )
