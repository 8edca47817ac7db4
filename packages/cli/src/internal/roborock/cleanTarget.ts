/** What `roborock clean` is to clean: rooms, zones, the spot where the robot stands, or everything. */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { Box } from "@effect-mqtt/roborock/FloorMap"
import * as Room from "@effect-mqtt/roborock/Room"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../RoborockOutput.ts"
import * as floorAreas from "./floorAreas.ts"
import * as placeWords from "./placeWords.ts"
import { failure } from "./roborockFailure.ts"

export const options = {
  rooms: Args.text({ name: "room" }).pipe(
    Args.repeated,
    Args.withDescription("Rooms by name, ignoring case; none to clean everything, or to resume what was begun.")
  ),
  zone: Options.text("zone").pipe(
    Options.withPseudoName("x0,y0,x1,y1"),
    Options.repeated,
    Options.withDescription("A rectangle of the map in place of rooms, in mm or as 25.5m; up to five.")
  ),
  spot: Options.boolean("spot").pipe(Options.withDescription("The spot where the robot stands, in place of rooms.")),
  repeat: Options.integer("repeat").pipe(Options.withDefault(1), Options.withDescription("How many times, 1 to 3.")),
  inOrder: Options.boolean("in-order").pipe(
    Options.withDescription("In the order of the names, where the device can.")
  )
}

export interface Values {
  readonly rooms: ReadonlyArray<string>
  readonly zone: ReadonlyArray<string>
  readonly spot: boolean
  readonly repeat: number
  readonly inOrder: boolean
}

export type Target =
  | { readonly _tag: "Everything" }
  | { readonly _tag: "Spot" }
  | {
    readonly _tag: "Rooms"
    readonly names: ReadonlyArray<string>
    readonly repeat: number
    readonly inOrder: boolean
  }
  | { readonly _tag: "Zones"; readonly zones: ReadonlyArray<Box>; readonly repeat: number }

const maxZones = 5

/** What the words mean; nothing is sent when they mean nothing. */
export const of = ({ inOrder, repeat, rooms, spot, zone }: Values) =>
  Effect.gen(function*() {
    const [option] = rooms.filter((room) => room.startsWith("-"))
    if (option !== undefined) {
      return yield* failure("Usage", `There is no option ${option}`, "See roborock clean --help.")
    }
    if (repeat < 1 || repeat > 3) return yield* failure("Usage", "--repeat has to be 1, 2 or 3")
    if ([rooms.length > 0, zone.length > 0, spot].filter((isWanted) => isWanted).length > 1) {
      return yield* failure("Usage", "Rooms, --zone and --spot do not go together", "Name one of them.")
    }
    if (zone.length > maxZones) return yield* failure("Usage", `There are at most ${maxZones} zones at a time`)
    if (zone.length > 0) {
      const zones = yield* Effect.forEach(zone, (words) => placeWords.boxOf("--zone", words))
      const target: Target = { _tag: "Zones", zones, repeat }
      return target
    }
    if (rooms.length > 0) {
      const target: Target = { _tag: "Rooms", names: rooms, repeat, inOrder }
      return target
    }
    if (repeat > 1) return yield* failure("Usage", "--repeat needs the names of rooms, or zones")
    const target: Target = { _tag: spot ? "Spot" : "Everything" }
    return target
  })

type Cleaning = typeof RoborockOutput.Cleaning.Type

/** Tells the device; names of rooms come back as the device has them, so that the answer does not echo what was typed. */
export const begin = (device: Device.Device, target: Target) =>
  Effect.gen(function*() {
    const answer: Cleaning = { device: device.name, started: "everything", rooms: null, zones: null, repeat: 1 }
    switch (target._tag) {
      case "Everything":
        yield* Effect.flatMap(device.trait("cleaning"), ({ start }) => start)
        return answer
      case "Spot": {
        yield* Effect.flatMap(device.trait("spot"), ({ clean }) => clean)
        const started: Cleaning = { ...answer, started: "spot" }
        return started
      }
      case "Rooms": {
        const { inOrder, names, repeat } = target
        const { rooms } = yield* device.trait("cleaning")
        yield* rooms(names, { repeat, order: inOrder ? "given" : "robot" })
        const { found } = Room.find((yield* device.state.get).rooms, names)
        const started: Cleaning = { ...answer, started: "rooms", rooms: found.map(({ name }) => name), repeat }
        return started
      }
      case "Zones": {
        const { repeat, zones } = target
        yield* Effect.flatMap(device.trait("zones"), ({ clean }) => clean(zones, { repeat }))
        const started: Cleaning = { ...answer, started: "zones", zones, repeat }
        return started
      }
    }
  })

const boxArea = ({ x0, x1, y0, y1 }: Box): number => (x1 - x0) * (y1 - y0) / 1e6

/** Square metres, as far as they can be known beforehand; how large a spot is, the robot decides. */
export const areaOf = (device: Device.Device, target: Target): Effect.Effect<number> => {
  switch (target._tag) {
    case "Spot":
      return Effect.succeed(0)
    case "Zones":
      return Effect.succeed(target.zones.reduce((sum, zone) => sum + boxArea(zone), 0))
    case "Everything":
      return Effect.map(floorAreas.of(device), (areas) => [...areas.values()].reduce((sum, area) => sum + area, 0))
    case "Rooms":
      return Effect.map(
        Effect.all([device.state.get, floorAreas.of(device)]),
        ([{ rooms }, areas]) =>
          Room.find(rooms, target.names).found.reduce((sum, { id }) => sum + (areas.get(id) ?? 0), 0)
      )
  }
}

const what = ({ rooms, started, zones }: Cleaning): string => {
  switch (started) {
    case "everything":
      return "everything"
    case "spot":
      return "the spot where it stands"
    case "rooms":
      return (rooms ?? []).join(", ")
    case "zones":
      return `${zones?.length === 1 ? "a zone of" : "zones of"} ${(zones ?? []).map(placeWords.boxText).join(", ")}`
  }
}

export const sentence = (cleaning: Cleaning): string =>
  `${cleaning.device} cleans ${what(cleaning)}${cleaning.repeat === 1 ? "" : `, ${cleaning.repeat} times`}.`
