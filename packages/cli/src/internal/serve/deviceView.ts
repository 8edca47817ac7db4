/** A device in the words of the page. */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import type { Current } from "@effect-mqtt/roborock/ModesTrait"
import type { Route } from "@effect-mqtt/roborock/Route"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DeviceView, Offer } from "./messages.ts"

/** Texts for states whose names would read oddly. */
const words: Readonly<Record<string, string>> = {
  air_drying_stopping: "Drying the mop",
  charging_complete: "Charged",
  going_to_target: "Driving to the point",
  going_to_wash_the_mop: "Going to wash the mop",
  returning_home: "Returning to the dock",
  segment_cleaning: "Cleaning rooms",
  unknown: "No news yet",
  zoned_cleaning: "Cleaning zones"
}

const inWords = (name: string): string => {
  const text = name.replaceAll("_", " ")
  return words[name] ?? text.charAt(0).toUpperCase() + text.slice(1)
}

const routeWords = { Local: "home network", Cloud: "cloud", None: undefined } as const

const view = (
  device: Device.Device,
  state: DeviceState,
  route: Route,
  current: Current | undefined
): DeviceView => ({
  id: device.duid,
  name: device.name,
  product: device.productName ?? device.model,
  shared: device.shared,
  unsupported: device.unsupported,
  route: routeWords[route._tag],
  activity: state.activity,
  doing: inWords(state.stateName),
  battery: state.battery,
  charging: state.charging,
  error: state.error?.text,
  dockError: state.dockError?.text,
  stale: state.stale,
  available: state.available,
  trouble: state.trouble,
  updatedAt: state.updatedAt,
  cleanedArea: state.cleanedArea,
  cleanSeconds: state.cleanTime === undefined ? undefined : Duration.toSeconds(state.cleanTime),
  unfinished: state.unfinished,
  rooms: state.rooms,
  currentRoom: state.rooms.find(({ id }) => id === state.currentRoomId),
  floor: state.mapFlag,
  fan: current?.fan,
  water: current?.water,
  mopRoute: current?.route,
  mode: current?.mode,
  dockJobs: state.dockJobs,
  dockParts: state.dockParts
})

/** The device now, and with each change. Ends with the session. */
export const changes = (device: Device.Device): Stream.Stream<DeviceView> =>
  Stream.unwrap(Effect.gen(function*() {
    const modes = yield* Effect.option(device.trait("modes"))
    const current = modes._tag === "Some" ? modes.value.current : Effect.succeed(undefined)
    return Stream.zipLatest(device.state.changes, device.route.changes).pipe(
      Stream.mapEffect(([state, route]) => Effect.map(current, (now) => view(device, state, route, now)))
    )
  }))

const noChoices = { fan: [], water: [], route: [], modes: [] }

/** What can be chosen for a device. */
export const offerOf = (device: Device.Device): Effect.Effect<Offer> =>
  Effect.gen(function*() {
    const traits = yield* device.traits
    const modes = yield* Effect.option(device.trait("modes"))
    const choices = modes._tag === "Some" ? yield* modes.value.choices : noChoices
    return { traits, fan: choices.fan, water: choices.water, routes: choices.route, modes: choices.modes }
  })
