/**
 * What the `roborock` command writes with `--json` of maps, rooms and floors.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const text = Schema.NullOr(Schema.String)
const number = Schema.NullOr(Schema.Number)

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
