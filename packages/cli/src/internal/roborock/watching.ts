/**
 * Following a robot: one JSON value a change, a line for each piece of news, or, on a terminal, its map and what it does,
 * until it has nothing more to do or somebody presses ctrl-c.
 */
import type * as Device from "@effect-mqtt/roborock/Device"
import type { DeviceState } from "@effect-mqtt/roborock/DeviceState"
import type { MapSnapshot } from "@effect-mqtt/roborock/MapTrait"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as terminalScreen from "../command/terminalScreen.ts"
import * as terminalStyle from "../command/terminalStyle.ts"
import * as bar from "../progress/bar.ts"
import * as deviceStatus from "./deviceStatus.ts"
import type { Sight } from "./liveView.ts"
import * as liveView from "./liveView.ts"
import * as output from "./output.ts"
import type { SharedValues } from "./sharedOptions.ts"

export interface Options {
  readonly device: Device.Device
  readonly isJson: boolean
  /** How often the map is read while the robot moves. */
  readonly mapEvery: Duration.DurationInput
}

/** A simulated robot lives fast. */
export const mapEvery = ({ simulator }: SharedValues): Duration.DurationInput => simulator ? "500 millis" : "5 seconds"

/** Somebody looks on. */
export const poll = ({ watch }: { readonly watch: boolean }): Device.Polling | undefined =>
  watch ? { active: "10 seconds" } : undefined

/** A window has another size some time after it was drawn to. */
const lookAtSize = "250 millis"

const isMoving = ({ activity }: DeviceState): boolean => activity === "cleaning" || activity === "returning"

/** The last map there is, then a fresh one as long as the robot moves, and once after it has stopped. */
const mapsOf = ({ device, mapEvery }: Options): Stream.Stream<MapSnapshot> =>
  Stream.unwrap(Effect.gen(function*() {
    const { fetch, last } = yield* device.trait("map")
    let wasMoving = true
    const next = Effect.flatMap(device.state.get, (state) => {
      const wanted = isMoving(state) || wasMoving
      wasMoving = isMoving(state)
      // A map that cannot be had now may be had the next time; the one that is shown stays.
      return wanted ? Effect.orElseSucceed(fetch, () => undefined) : Effect.succeed(undefined)
    })
    return Stream.concat(Stream.fromEffect(last), Stream.repeatEffectWithSchedule(next, Schedule.spaced(mapEvery)))
      .pipe(
        Stream.filter((snapshot) => snapshot !== undefined)
      )
  })).pipe(Stream.catchAll(() => Stream.empty))

const onScreen = (options: Options, sights: Stream.Stream<Sight>, { size }: terminalStyle.TerminalStyle) =>
  Effect.gen(function*() {
    const draw = yield* terminalScreen.open
    let sight: Sight | undefined
    let snapshot: MapSnapshot | undefined
    const redraw = Effect.flatMap(
      size,
      (fits) =>
        sight === undefined
          ? Effect.void
          : draw(liveView.lines({ sight, snapshot, name: options.device.name, ...fits }))
    )
    const others = Stream.merge(
      Stream.map(mapsOf(options), (latest) => {
        snapshot = latest
      }),
      Stream.repeatEffectWithSchedule(size, Schedule.spaced(lookAtSize)).pipe(
        Stream.changesWith((before, after) => before.columns === after.columns && before.rows === after.rows),
        Stream.as(undefined)
      )
    )
    const seen = Stream.map(sights, (latest) => {
      sight = latest
    })
    yield* Stream.runForEach(Stream.merge(seen, others, { haltStrategy: "left" }), () => redraw)
  }).pipe(Effect.scoped)

const asLines = (sights: Stream.Stream<Sight>) =>
  sights.pipe(
    Stream.map(({ fraction, state }) =>
      fraction === undefined
        ? { news: bar.describe(state), text: bar.describe(state) }
        : { news: bar.newsOf({ fraction, state }), text: bar.lineOf({ fraction, state }, Number.POSITIVE_INFINITY) }
    ),
    Stream.changesWith((before, after) => before.news === after.news),
    Stream.runForEach(({ text }) => output.line(text))
  )

const asJson = ({ device }: Options, sights: Stream.Stream<Sight>) =>
  Stream.runForEach(
    sights,
    ({ state }) => Effect.flatMap(deviceStatus.make(device, state), (status) => output.line(JSON.stringify(status)))
  )

/** Follows until `sights` end, and gives the last of them. */
export const follow = (options: Options, sights: Stream.Stream<Sight>) =>
  Effect.gen(function*() {
    const style = yield* terminalStyle.make
    let last: Sight | undefined
    const noted = Stream.tap(sights, (sight) =>
      Effect.sync(() => {
        last = sight
      }))
    yield* options.isJson
      ? asJson(options, noted)
      : style.isRich
      ? onScreen(options, noted, style)
      : asLines(noted)
    return last
  })
