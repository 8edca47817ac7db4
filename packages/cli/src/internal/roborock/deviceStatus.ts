/** A device's state as the commands write it. */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import type * as ModesTrait from "@effect-mqtt/roborock/ModesTrait"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../RoborockOutput.ts"
import { percentOf } from "../progress/steps.ts"
import * as output from "./output.ts"

type Status = typeof RoborockOutput.Status.Type

const routes = { Local: "local", Cloud: "cloud", None: "none" } as const

export const routeOf = (device: Device.Device) => Effect.map(device.route.get, ({ _tag }) => routes[_tag])

const noModes: ModesTrait.Current = { fan: undefined, water: undefined, route: undefined, mode: undefined }

const modesOf = (device: Device.Device): Effect.Effect<ModesTrait.Current> =>
  device.trait("modes").pipe(
    Effect.flatMap(({ current }) => current),
    Effect.catchTag("UnsupportedTrait", () => Effect.succeed(noModes))
  )

/** How the device is: `state` is one that it has had. */
export const make = (device: Device.Device, state: DeviceState): Effect.Effect<Status> =>
  Effect.map(Effect.all([modesOf(device), routeOf(device)]), ([modes, route]) => ({
    device: device.name,
    activity: state.activity,
    state: state.stateName,
    battery: state.battery ?? null,
    charging: state.charging,
    error: state.error ?? null,
    dockError: state.dockError ?? null,
    room: state.currentRoom ?? null,
    percent: percentOf(state) ?? null,
    cleanedArea: state.cleanedArea ?? null,
    cleanSeconds: state.cleanTime === undefined ? null : Duration.toSeconds(state.cleanTime),
    unfinished: state.unfinished ?? null,
    fan: modes.fan ?? null,
    water: modes.water ?? null,
    cleaningRoute: modes.route ?? null,
    mode: modes.mode ?? null,
    route,
    available: state.available,
    stale: state.stale,
    trouble: state.trouble ?? null,
    updatedAt: state.updatedAt === undefined ? null : output.moment(state.updatedAt)
  }))

export const minutes = (seconds: number): string =>
  seconds < 3600
    ? `${Math.round(seconds / 60)} min`
    : `${Math.floor(seconds / 3600)} h ${String(Math.round(seconds % 3600 / 60)).padStart(2, "0")} min`

export const squareMetres = (area: number): string => `${area.toFixed(1)} m²`

const routeWords = { local: "the home network", cloud: "the cloud", none: undefined } as const

const words = (name: string | null): string | null => name === null ? null : name.replaceAll("_", " ")

const modesText = ({ cleaningRoute, fan, mode, water }: Status): string | undefined => {
  const levels = [["fan", fan], ["water", water], ["route", cleaningRoute]].flatMap(([label, value]) =>
    value === null ? [] : [`${label} ${words(value)}`]
  )
  const all = [...mode === null ? [] : [words(mode)], ...levels]
  return all.length === 0 ? undefined : all.join(", ")
}

/** For people. */
export const text = (status: Status): string =>
  output.properties([
    ["device", status.device],
    ["state", words(status.state)],
    ["error", status.error?.text],
    ["dock", status.dockError?.text],
    ["room", status.activity === "docked" ? undefined : status.room],
    ["done", status.percent === null ? undefined : `${status.percent} %`],
    ["battery", status.battery === null ? undefined : `${status.battery} %${status.charging ? ", charging" : ""}`],
    ["cleaned", status.cleanedArea === null ? undefined : squareMetres(status.cleanedArea)],
    ["time", status.cleanSeconds === null ? undefined : minutes(status.cleanSeconds)],
    ["not finished", status.unfinished],
    ["cleaning", modesText(status)],
    ["reached over", routeWords[status.route]],
    ["trouble", status.available ? status.trouble : `not available: ${status.trouble ?? "unknown"}`]
  ])
