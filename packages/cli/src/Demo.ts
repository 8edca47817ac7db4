/**
 * The demo: a simulated home, a Roborock session that logs in to it, two rooms cleaned while their
 * progress is shown, and a picture of the map.
 *
 * @since 0.1.0
 */
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import type * as Device from "@effect-mqtt/roborock/Device"
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as displays from "./internal/progress/display.ts"
import * as progress from "./internal/progress/steps.ts"

/**
 * What to show.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * Where to write the picture.
   *
   * @default "map.png"
   */
  readonly out?: string | undefined
  /**
   * Stops the broker in the middle of the cleaning and starts it again, to show that the session
   * comes back by itself.
   *
   * @default false
   */
  readonly outage?: boolean | undefined
}

/**
 * The robot did not finish: it never got to work, or never came home.
 *
 * @since 0.1.0
 * @category errors
 */
export class DemoFailed extends Data.TaggedError("DemoFailed")<{ readonly waitedFor: string }> {
  override get message(): string {
    return `The demo waited too long for ${this.waitedFor}`
  }
}

/**
 * The picture could not be written, or will not be: the folder is looked at before the robot starts.
 *
 * @since 0.1.0
 * @category errors
 */
export class CannotWrite extends Data.TaggedError("CannotWrite")<{
  readonly file: string
  readonly cause: PlatformError
}> {
  override get message(): string {
    const why = this.cause._tag === "SystemError" ? this.cause.reason : this.cause.message
    return `Cannot write the picture to ${this.file} (${why})`
  }
}

const vacuumName = "Living room"
const roomNames = ["Kitchen", "Bathroom"]
const patience = "90 seconds"

/**
 * Runs the demo and gives the path of the picture it wrote.
 *
 * @since 0.1.0
 * @category programs
 */
export const run = (options: Options = {}) =>
  Effect.gen(function*() {
    const simulator = yield* Simulator.Simulator
    const picture = yield* pictureAt(options.out ?? "map.png")
    const session = yield* RoborockSession.RoborockSession
    const display = yield* displays.make
    const account = yield* session.account
    yield* display.line(`Simulated cloud at ${simulator.baseUrl}, broker at ${simulator.mqttUrl}`)
    yield* display.line(
      `Signed in as ${simulator.account.email}; the home is called "${account.homeName ?? account.homeId}"`
    )
    for (const device of yield* session.devices) yield* display.line(`  ${yield* describe(device)}`)

    const vacuum = yield* session.device(vacuumName)
    const map = yield* vacuum.trait("map")
    const cleaning = yield* vacuum.trait("cleaning")
    const { map: before, rooms } = yield* map.fetch
    const chosen = rooms.filter(({ name }) => roomNames.includes(name))
    const area = before.rooms.reduce((sum, room) => chosen.some(({ id }) => id === room.id) ? sum + room.area : sum, 0)

    yield* session.link.changes.pipe(
      Stream.map((link) => link._tag === "Up"),
      Stream.changes,
      // Only what changes from now on is news.
      Stream.drop(1),
      Stream.runForEach((up) => display.line(up ? "Connected to the broker" : "No connection to the broker")),
      Effect.forkScoped
    )
    yield* display.line(`Cleaning ${roomNames.join(" and ")} (${area.toFixed(1)} m²)`)
    yield* cleaning.rooms(roomNames)
    const watched = progress.watch(vacuum.state.changes, area).pipe(
      Stream.tap((step) => display.progress(step))
    )
    const outage = options.outage === true ? yield* Effect.cached(interruptBroker(simulator, display)) : Effect.void
    yield* watched.pipe(
      Stream.tap((step) => step.fraction > 0.3 ? Effect.asVoid(Effect.forkScoped(outage)) : Effect.void),
      Stream.runDrain,
      Effect.timeoutFail({
        duration: patience,
        onTimeout: () => new DemoFailed({ waitedFor: "the robot to come home" })
      })
    )

    yield* picture.write(yield* map.png({ scale: 4 }))
    yield* display.line(`The robot is back in its dock. The map is in ${picture.file}`)
    return picture.file
  }).pipe(Effect.scoped)

const describe = (device: Device.Device) =>
  Effect.map(device.state.get, (state) => {
    const what = device.unsupported === undefined
      ? `${state.activity}, ${state.battery ?? "?"} %`
      : `not supported: ${device.unsupported}`
    return `${device.name} (${device.model ?? "unknown model"}): ${what}`
  })

const interruptBroker = (simulator: Simulator.Simulator["Type"], display: displays.Display) =>
  Effect.gen(function*() {
    yield* display.line("The broker is stopped")
    yield* simulator.stopBroker
    yield* Effect.sleep("2 seconds")
    yield* simulator.startBroker
    yield* display.line("The broker is back")
  })

const pictureAt = (out: string) =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.resolve(out)
    const orCannotWrite = Effect.mapError((cause: PlatformError) => new CannotWrite({ file, cause }))
    const place = (yield* orCannotWrite(fileSystem.exists(file))) ? file : path.dirname(file)
    yield* orCannotWrite(fileSystem.access(place, { writable: true }))
    return { file, write: (bytes: Uint8Array) => orCannotWrite(fileSystem.writeFile(file, bytes)) }
  })
