/** `roborock goto` */
import type * as Device from "@effect-mqtt/roborock/Device"
import { UnknownRoom } from "@effect-mqtt/roborock/RoborockError"
import * as Room from "@effect-mqtt/roborock/Room"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as RoborockOutput from "../../../RoborockOutput.ts"
import * as home from "../home.ts"
import * as output from "../output.ts"
import * as placeWords from "../placeWords.ts"
import { failure } from "../roborockFailure.ts"
import { onDevice } from "../sharedOptions.ts"

/** The middle of a room, which is on its floor. */
const middleOf = (device: Device.Device, name: string) =>
  Effect.gen(function*() {
    const { map, rooms } = yield* Effect.flatMap(device.trait("map"), ({ fetch }) => fetch)
    const [room] = Room.find(rooms, [name]).found
    const drawn = map.rooms.find(({ id }) => id === room?.id)
    if (room === undefined || drawn === undefined) {
      return yield* new UnknownRoom({ rooms: [name], known: rooms.map((known) => known.name) })
    }
    return { ...drawn.centre, room: room.name }
  })

type Driving = typeof RoborockOutput.Driving.Type

const text = ({ device, room, x, y }: Driving): string =>
  room === null ? `${device} drives to ${x}, ${y} mm.` : `${device} drives to the middle of ${room}.`

export const command = Command.make(
  "goto",
  {
    ...onDevice,
    place: Args.text({ name: "place" }).pipe(
      Args.withDescription("A point of the map as x,y in mm or as 25.5m,26m, or a room by name.")
    )
  },
  (values) =>
    Effect.gen(function*() {
      const device = yield* home.pickDevice(values)
      const { goTo } = yield* device.trait("goTo")
      const point = placeWords.pointOf(values.place)
      const { room, x, y } = point === undefined
        ? yield* middleOf(device, values.place)
        : { ...point, room: null }
      yield* Effect.catchIf(
        goTo({ x, y }),
        (error) => error._tag === "RequestError" && error.reason === "InvalidArgument",
        () =>
          failure("Usage", `There is no floor at ${x}, ${y} mm`, "\"roborock map --json\" has the places of the map.")
      )
      const answer: Driving = { device: device.name, x, y, room }
      yield* output.write(values.json, answer, () => text(answer))
    }).pipe(home.provide(values))
)
