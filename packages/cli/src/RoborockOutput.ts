/**
 * What the `roborock` command writes with `--json`: one value a line, with every field always there and `null` for what
 * is not known. A field may be added by an update; none is renamed or removed.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const text = Schema.NullOr(Schema.String)
const number = Schema.NullOr(Schema.Number)

/**
 * `devices`: all of the account, those that are not supported with the reason in `unsupported`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Devices = Schema.Array(Schema.Struct({
  name: Schema.String,
  id: Schema.String,
  model: text,
  product: text,
  firmware: text,
  shared: Schema.Boolean,
  unsupported: text,
  /** How it is reached now. */
  route: Schema.Literal("local", "cloud", "none"),
  activity: Schema.String,
  battery: number,
  available: Schema.Boolean
}))

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
  /** The device has not answered the last time; `trouble` says why. */
  stale: Schema.Boolean,
  trouble: text,
  /** When the device last told something. */
  updatedAt: text
})

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

/**
 * `clean`: what was begun. `rooms` is `null` for everything.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Cleaning = Schema.Struct({
  device: Schema.String,
  started: Schema.Literal("rooms", "everything"),
  rooms: Schema.NullOr(Schema.Array(Schema.String)),
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
 * `login`: who is logged in. It holds no secret.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Login = Schema.Struct({
  email: Schema.String,
  home: text,
  region: text,
  /** The login API, where it is not that of Roborock. */
  baseUrl: text,
  /** Where the login is kept; `null` with `--simulator`. */
  folder: text,
  /** False when an earlier login is still good. */
  isNew: Schema.Boolean
})

/**
 * `logout`: who was logged in, and where that was kept; `null` for nobody, and with `--simulator`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Logout = Schema.Struct({ email: text, folder: text })

/**
 * `simulate`: how to reach the simulator.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Simulation = Schema.Struct({
  baseUrl: Schema.String,
  mqttUrl: Schema.String,
  email: Schema.String,
  password: Schema.String,
  code: Schema.String,
  robots: Schema.Array(Schema.Struct({ name: Schema.String, id: Schema.String, host: text })),
  /** What other commands need in their environment to use it. */
  environment: Schema.Record({ key: Schema.String, value: Schema.String })
})

/**
 * `serve`: the addresses of the page, with the token where one is needed.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Serving = Schema.Struct({ addresses: Schema.Array(Schema.String) })

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
