/**
 * What the `roborock` command writes with `--json` of maps, rooms and floors.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { number, text } from "./internal/roborock/nullable.ts"

/**
 * `rooms`: those of the map in use.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Rooms = Schema.Array(Schema.Struct({
  name: Schema.String,
  id: Schema.Number,
  /** Square metres; `null` where there is no map to measure. */
  area: number,
  /** The robot is here. */
  current: Schema.Boolean
}))

const Place = Schema.NullOr(Schema.Struct({ x: Schema.Number, y: Schema.Number, angle: number }))

/**
 * `map`: places are in millimetres, `angle` in degrees counter-clockwise from +x.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Map = Schema.Struct({
  device: Schema.String,
  /** The id of the run with `--run`; `null` for the map as it is now. */
  run: number,
  /** The picture that was written. */
  file: text,
  fetchedAt: Schema.String,
  rooms: Schema.Array(Schema.Struct({
    name: Schema.String,
    id: Schema.Number,
    area: Schema.Number,
    centre: Schema.Struct({ x: Schema.Number, y: Schema.Number })
  })),
  dock: Place,
  robot: Place,
  /** The room the robot stands in. */
  robotRoom: text,
  pathPoints: Schema.Number
})

/**
 * `floors`: those that have a map, after the change that was asked for.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Floors = Schema.Array(Schema.Struct({
  name: Schema.String,
  id: Schema.String,
  /** Whether the robot is there; `null` where the device does not say. */
  current: Schema.NullOr(Schema.Boolean),
  /** `null` where the device does not report the rooms of its floors. */
  rooms: Schema.NullOr(Schema.Array(Schema.String))
}))
