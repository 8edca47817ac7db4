/**
 * What the `roborock` command writes with `--json`: one value per line, with every field always there and `null` for what
 * is not known. A field may be added by an update; none is renamed or removed. Reports of one device are here; maps,
 * schedules and accounts have modules of their own.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { number, text } from "./internal/roborock/nullable.ts"

const Problem = Schema.NullOr(Schema.Struct({ code: Schema.Number, name: Schema.String, text: Schema.String }))

/**
 * `status`, and each line of `status --watch` and of `clean --watch`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Status = Schema.Struct({
  device: Schema.String,
  /** `cleaning`, `returning`, `docked`, `paused`, `error`, `idle` or `unknown`. */
  activity: Schema.String,
  /** The same in more detail, such as `segment_cleaning`. */
  state: Schema.String,
  /** Percent. */
  battery: number,
  charging: Schema.Boolean,
  error: Problem,
  dockError: Problem,
  /** Where the robot is, as of the last map that was read. */
  room: text,
  /** Of the job under way; `null` when there is none. */
  percent: number,
  /** Square metres of this run, or of the last one. */
  cleanedArea: number,
  cleanSeconds: number,
  /** `everything`, `zones`, `rooms` or `mapping`: begun and not finished. */
  unfinished: text,
  /** Levels that are set, by name. */
  fan: text,
  water: text,
  cleaningRoute: text,
  mode: text,
  route: Schema.Literal("local", "cloud", "none"),
  available: Schema.Boolean,
  /** The device did not answer the last time; `trouble` says why. */
  stale: Schema.Boolean,
  trouble: text,
  /** When the device last reported something. */
  updatedAt: text
})

const Zone = Schema.Struct({ x0: Schema.Number, y0: Schema.Number, x1: Schema.Number, y1: Schema.Number })

/**
 * `clean`: what was begun. `rooms` and `zones` are `null` where something else is cleaned.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Cleaning = Schema.Struct({
  device: Schema.String,
  started: Schema.Literal("rooms", "zones", "spot", "everything"),
  rooms: Schema.NullOr(Schema.Array(Schema.String)),
  /** In millimetres of the map. */
  zones: Schema.NullOr(Schema.Array(Zone)),
  repeat: Schema.Number
})

/**
 * `pause`, `resume`, `stop`, `dock`, `locate`: the device has accepted it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Order = Schema.Struct({ device: Schema.String, accepted: Schema.String })

/**
 * `goto`: where the device drives to, in millimetres of the map; `room` is the one whose middle that is.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Driving = Schema.Struct({ device: Schema.String, x: Schema.Number, y: Schema.Number, room: text })

/**
 * `dock --empty`, `--wash`, `--dry`: the device has accepted it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DockJob = Schema.Struct({
  device: Schema.String,
  job: Schema.Literal("empty", "wash", "dry"),
  accepted: Schema.Literal("start", "stop")
})

/**
 * `consumables`, after the reset that was asked for.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Consumables = Schema.Array(Schema.Struct({
  part: Schema.String,
  unit: Schema.Literal("seconds", "times", "percent"),
  used: Schema.Number,
  life: Schema.Number,
  left: Schema.Number,
  leftPercent: Schema.Number
}))

/**
 * `history`: the totals, and the newest runs.
 *
 * @since 0.1.0
 * @category schemas
 */
export const History = Schema.Struct({
  seconds: Schema.Number,
  area: number,
  count: number,
  runs: Schema.Array(Schema.Struct({
    id: Schema.Number,
    begin: Schema.String,
    end: Schema.String,
    seconds: Schema.Number,
    area: Schema.Number,
    complete: Schema.Boolean,
    kind: text,
    startedBy: text,
    finish: text,
    /** The device's number for what went wrong, 0 for nothing. */
    error: Schema.Number
  }))
})

/**
 * `dnd`, after the change that was asked for. Times are as `22:00`, in the time zone of the robot.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DoNotDisturb = Schema.Struct({ enabled: Schema.Boolean, start: Schema.String, end: Schema.String })

/**
 * Anything that goes wrong, on standard error.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Failure = Schema.Struct({
  error: Schema.Struct({
    kind: Schema.Literal("Usage", "Login", "Connection", "Refused", "Timeout", "File", "Failed"),
    message: Schema.String,
    advice: Schema.optional(Schema.String),
    exitCode: Schema.Number
  })
})
