/** `roborock clean` */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import * as Room from "@effect-mqtt/roborock/Room"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as RoborockOutput from "../../RoborockOutput.ts"
import { StandardStreams } from "../../StandardStreams.ts"
import * as steps from "../progress/steps.ts"
import * as cleanWords from "./cleanWords.ts"
import { minutes, squareMetres } from "./deviceStatus.ts"
import * as floorAreas from "./floorAreas.ts"
import * as home from "./home.ts"
import * as output from "./output.ts"
import { failure } from "./roborockFailure.ts"
import { type DeviceValues, onDevice } from "./sharedOptions.ts"
import * as watching from "./watching.ts"

interface Values extends DeviceValues, cleanWords.Values {
  readonly rooms: ReadonlyArray<string>
  readonly repeat: number
  readonly inOrder: boolean
  readonly watch: boolean
}

type Cleaning = typeof RoborockOutput.Cleaning.Type

/** Names as the device has them, so that the answer does not echo what was typed. */
const begin = (device: Device.Device, { inOrder, repeat, rooms }: Values) =>
  Effect.gen(function*() {
    const cleaning = yield* device.trait("cleaning")
    if (rooms.length === 0) {
      yield* cleaning.start
      const started: Cleaning = { device: device.name, started: "everything", rooms: null, repeat: 1 }
      return started
    }
    yield* cleaning.rooms(rooms, { repeat, order: inOrder ? "given" : "robot" })
    const { found } = Room.find((yield* device.state.get).rooms, rooms)
    const started: Cleaning = { device: device.name, started: "rooms", rooms: found.map(({ name }) => name), repeat }
    return started
  })

const areaOf = (device: Device.Device, { rooms }: Values) =>
  Effect.map(Effect.all([device.state.get, floorAreas.of(device)]), ([state, areas]) => {
    const wanted = new Set(Room.find(state.rooms, rooms).found.map(({ id }) => id))
    return [...areas].reduce((sum, [id, area]) => wanted.size === 0 || wanted.has(id) ? sum + area : sum, 0)
  })

const sentence = ({ device, repeat, rooms }: Cleaning): string => {
  const what = rooms === null ? "everything" : rooms.join(", ")
  return `${device} cleans ${what}${repeat === 1 ? "" : `, ${repeat} times`}.`
}

const isStuck = ({ activity }: DeviceState): boolean => activity === "error"

const watch = (device: Device.Device, values: Values) =>
  Effect.gen(function*() {
    const area = yield* areaOf(device, values)
    const { report } = yield* StandardStreams
    const states = Stream.takeUntil(device.state.changes, isStuck)
    const last = yield* watching.follow(
      { device, isJson: values.json, mapEvery: watching.mapEvery(values) },
      steps.watch(states, area)
    ).pipe(
      Effect.onInterrupt(() => report("roborock: The robot goes on. \"roborock stop\" stops it."))
    )
    const state = last?.state ?? (yield* device.state.get)
    if (isStuck(state)) {
      return yield* failure(
        "Refused",
        `"${device.name}" has stopped: ${state.error?.text ?? "unknown error"}`,
        "Put that right, then run \"roborock resume\"."
      )
    }
    if (values.json) return
    const { cleanTime, cleanedArea } = state
    const done = cleanedArea === undefined ? "" : ` after ${squareMetres(cleanedArea)}`
    const took = cleanTime === undefined ? "" : ` in ${minutes(Duration.toSeconds(cleanTime))}`
    yield* output.line(`${device.name} is back in its dock${done}${took}.`)
  })

const options = {
  ...onDevice,
  ...cleanWords.options,
  rooms: Args.text({ name: "room" }).pipe(
    Args.repeated,
    Args.withDescription("Rooms by name, case does not count; none for everything, or to go on with what was begun.")
  ),
  repeat: Options.integer("repeat").pipe(Options.withDefault(1), Options.withDescription("How often, 1 to 3.")),
  inOrder: Options.boolean("in-order").pipe(
    Options.withDescription("In the order of the names, where the device can.")
  ),
  watch: Options.boolean("watch").pipe(
    Options.withAlias("w"),
    Options.withDescription(
      "Waits until the robot is back in its dock, and shows its progress: on a terminal with the map."
    )
  )
}

const check = ({ repeat, rooms }: Values) => {
  const [option] = rooms.filter((room) => room.startsWith("-"))
  if (option !== undefined) return failure("Usage", `There is no option ${option}`, "See roborock clean --help.")
  if (repeat < 1 || repeat > 3) return failure("Usage", "--repeat has to be 1, 2 or 3")
  return repeat > 1 && rooms.length === 0 ? failure("Usage", "--repeat needs the names of rooms") : Effect.void
}

const run = (values: Values) =>
  Effect.gen(function*() {
    const device = yield* home.pickDevice(values)
    yield* cleanWords.apply(device, values)
    const started = yield* begin(device, values)
    yield* output.write(values.json, started, () => sentence(started))
    if (values.watch) yield* watch(device, values)
  }).pipe(home.provide(values, watching.poll(values)))

export const command = Command.make("clean", options, (values) => Effect.zipRight(check(values), run(values)))
