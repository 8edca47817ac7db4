/**
 * What the `roborock` command writes with `--json` of routines and schedules.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const number = Schema.NullOr(Schema.Number)

/**
 * `routines`: of the app.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Routines = Schema.Array(Schema.Struct({
  name: Schema.String,
  id: Schema.Number,
  enabled: Schema.Boolean,
  /** Ids of the devices that take part. */
  devices: Schema.Array(Schema.String)
}))

/**
 * `routines --run`: the cloud has accepted it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RoutineRun = Schema.Struct({ ran: Schema.String, id: Schema.Number })

/**
 * `schedules`: those that are kept on the robot, after the change that was asked for.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Schedules = Schema.Array(Schema.Struct({
  id: Schema.String,
  enabled: Schema.Boolean,
  /** Five fields, in the time zone of the robot. */
  cron: Schema.String,
  action: Schema.String,
  /** Empty for everything. */
  rooms: Schema.Array(Schema.String),
  repeat: number
}))

/**
 * `schedules --cloud`: those that the app keeps.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CloudSchedules = Schema.Array(Schema.Struct({
  id: Schema.String,
  enabled: Schema.Boolean,
  /** Five fields. */
  cron: Schema.String,
  /** False for one that happens once. */
  repeated: Schema.Boolean,
  /** As the app wrote it, which differs from device to device. */
  action: Schema.Unknown
}))
