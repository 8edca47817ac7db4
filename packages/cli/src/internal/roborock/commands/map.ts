/** `roborock map` */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { Pose } from "@effect-mqtt/roborock/FloorMap"
import * as MapSvg from "@effect-mqtt/roborock/MapSvg"
import type { MapSnapshot } from "@effect-mqtt/roborock/MapTrait"
import * as MapTrait from "@effect-mqtt/roborock/MapTrait"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type * as RoborockMapOutput from "../../../RoborockMapOutput.ts"
import * as byteText from "../../command/byteText.ts"
import { file } from "../../command/commandError.ts"
import * as terminalStyle from "../../command/terminalStyle.ts"
import * as home from "../home.ts"
import * as liveView from "../liveView.ts"
import * as output from "../output.ts"
import * as pastRun from "../pastRun.ts"
import { failure } from "../roborockFailure.ts"
import { type DeviceValues, onDevice, optional } from "../sharedOptions.ts"

type Rotation = 0 | 90 | 180 | 270

const rotations: ReadonlyArray<[name: string, degrees: Rotation]> = [["0", 0], ["90", 90], ["180", 180], ["270", 270]]

const options = {
  ...onDevice,
  run: optional(
    Options.integer("run").pipe(
      Options.withDescription("The map of a past run by its number in \"roborock history\": 1 for the newest.")
    )
  ),
  out: optional(
    Options.text("out").pipe(
      Options.withAlias("o"),
      Options.withDescription(
        "The picture to write: FILE.png or FILE.svg. Without this, the map is drawn in the terminal."
      )
    )
  ),
  scale: Options.integer("scale").pipe(
    Options.withDefault(4),
    Options.withDescription("Pixels for each 5 cm of floor, 1 to 16.")
  ),
  rotate: Options.choiceWithValue("rotate", rotations).pipe(
    Options.withDefault<Rotation>(0),
    Options.withDescription("Degrees, clockwise.")
  )
}

interface Values extends DeviceValues {
  readonly run: number | undefined
  readonly out: string | undefined
  readonly scale: number
  readonly rotate: Rotation
}

type Draw = (snapshot: MapSnapshot) => Uint8Array

const namesOf = ({ rooms }: MapSnapshot) => new Map(rooms.map(({ id, name }) => [id, name]))

const pictures: Readonly<Record<string, (values: Values) => Draw>> = {
  ".png": ({ rotate, scale }) => (snapshot) => MapTrait.png(snapshot, { scale, rotation: rotate }),
  ".svg": ({ rotate, scale }) => (snapshot) =>
    byteText.utf8(MapSvg.draw(snapshot.map, { scale, rotation: rotate, roomNames: namesOf(snapshot) }))
}

/** Before a device is asked for its map. */
const pictureOf = (values: Values) =>
  Effect.gen(function*() {
    const { out } = values
    if (values.scale < 1 || values.scale > 16) return yield* failure("Usage", "--scale has to be from 1 to 16")
    if (out === undefined) return undefined
    const path = yield* Path.Path
    const extension = path.extname(out).toLowerCase()
    if (!Object.hasOwn(pictures, extension)) {
      return yield* failure("Usage", `A picture cannot be written as "${extension}"`, "Name a file.png or file.svg.")
    }
    return { file: path.resolve(out), draw: pictures[extension](values) }
  })

const placeOf = (pose: Pose | undefined) =>
  pose === undefined ? null : { x: pose.x, y: pose.y, angle: pose.angle ?? null }

const describe = (
  device: string,
  { run, snapshot }: Shown,
  written: string | null
): typeof RoborockMapOutput.Map.Type => {
  const { fetchedAt, map } = snapshot
  const names = namesOf(snapshot)
  const nameOf = (id: number) => names.get(id) ?? `Room ${id}`
  return {
    device,
    run,
    file: written,
    fetchedAt: output.moment(fetchedAt),
    rooms: map.rooms.map(({ area, centre, id }) => ({ name: nameOf(id), id, area, centre })),
    dock: placeOf(map.charger),
    robot: placeOf(map.robot),
    robotRoom: map.robotRoom === undefined ? null : nameOf(map.robotRoom),
    pathPoints: map.path.length
  }
}

interface Shown {
  readonly snapshot: MapSnapshot
  /** The id of the run; `null` for the map as it is now. */
  readonly run: number | null
}

const shownOf = (device: Device.Device, { run }: Values) =>
  run === undefined
    ? Effect.map(Effect.flatMap(device.trait("map"), ({ fetch }) => fetch), (snapshot) => ({ snapshot, run: null }))
    : Effect.map(pastRun.read(device, run), ({ id, snapshot }) => ({ snapshot, run: id }))

/** The map in the terminal: below it there is room for the next prompt. */
const show = (snapshot: MapSnapshot, { rotate }: Values) =>
  Effect.gen(function*() {
    const { isRich, size } = yield* terminalStyle.make
    const { columns, rows } = yield* size
    const height = isRich ? Math.max(rows - 1, 5) : Number.POSITIVE_INFINITY
    const lines = liveView.fit(snapshot, { columns: columns - 1, rows: height, colour: isRich, rotation: rotate })
    yield* output.line(lines.join("\n"))
  })

export const command = Command.make("map", options, (values) =>
  Effect.gen(function*() {
    const picture = yield* pictureOf(values)
    const run = Effect.gen(function*() {
      const device = yield* home.pickDevice(values)
      const shown: Shown = yield* shownOf(device, values)
      if (picture !== undefined) {
        const files = yield* FileSystem.FileSystem
        yield* Effect.mapError(
          files.writeFile(picture.file, picture.draw(shown.snapshot)),
          (cause) => file(picture.file, "written", cause)
        )
      }
      const written = picture?.file ?? null
      if (values.json) return yield* output.line(JSON.stringify(describe(device.name, shown, written)))
      yield* written === null ? show(shown.snapshot, values) : output.line(`The map is in ${written}`)
    })
    yield* home.provide(values)(run)
  }))
