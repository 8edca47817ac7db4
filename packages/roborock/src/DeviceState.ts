/**
 * What a vacuum is doing: the polled status, the data points it pushes in between, and where it is.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Dock from "./Dock.ts"
import { nameOf, problemOf } from "./internal/device/problem.ts"
import { activityOf, unfinishedJobs } from "./internal/v1/activities.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import { pushedFields } from "./internal/v1/pushedFields.ts"
import * as Rooms from "./Room.ts"
import { unwrap } from "./Rpc.ts"
import * as V1Codes from "./V1Codes.ts"

/**
 * The states in broad terms.
 *
 * @since 0.1.0
 * @category models
 */
export type Activity = "cleaning" | "returning" | "docked" | "paused" | "error" | "idle" | "unknown"

/**
 * Something that is wrong, as the device reports it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly code: number
  /** Stable, such as `main_brush_jammed`; `unknown_97` for a code that is not known. */
  readonly name: string
  /** For people, such as `Main brush jammed`. */
  readonly text: string
}

/**
 * A job that was begun and not finished, even while the robot is paused or recharging.
 *
 * @since 0.1.0
 * @category models
 */
export type Unfinished = "everything" | "zones" | "rooms" | "mapping"

/**
 * The live state of a vacuum. Values that the device has not reported are `undefined`.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceState {
  /** The device's number for its state. */
  readonly state: number | undefined
  /** Its name, such as `segment_cleaning`; `unknown_77` for a number that is not known. */
  readonly stateName: string
  readonly activity: Activity
  readonly error: Problem | undefined
  readonly dockError: Problem | undefined
  /**
   * The tanks, the bag and the other parts of the dock: an empty tank shows here before it is a `dockError`. `undefined`
   * for a dock that does not report them reliably.
   */
  readonly dockParts: Dock.Parts | undefined
  /** What the dock is doing. */
  readonly dockJobs: ReadonlyArray<Dock.Job>
  /** Percent. */
  readonly battery: number | undefined
  readonly charging: boolean
  /** Square metres of this run, or of the last one. */
  readonly cleanedArea: number | undefined
  readonly cleanTime: Duration.Duration | undefined
  readonly unfinished: Unfinished | undefined
  /** Suction, water and route as the device's codes (`V1Codes` has names). */
  readonly fanPower: number | undefined
  readonly waterMode: number | undefined
  readonly mopMode: number | undefined
  /** Number of the map in use; `undefined` when there is none. */
  readonly mapFlag: number | undefined
  /** Rooms of the map in use. */
  readonly rooms: ReadonlyArray<Rooms.Room>
  /** The room the robot was in when its map was last read: while it works, at most one poll ago. */
  readonly currentRoom: string | undefined
  readonly currentRoomId: number | undefined
  /** Whether the device has a connection to the cloud, as far as we know. */
  readonly online: boolean
  /** The device did not answer the last time, or cannot be reached: the rest is what was known before. */
  readonly stale: boolean
  /** False after two minutes of silence. A robot that restarts is back by then, and stays available. */
  readonly available: boolean
  /** Why it is stale, as a sentence. */
  readonly trouble: string | undefined
  /** Since when it has been silent, in Unix milliseconds. */
  readonly silentSince: number | undefined
  /** When the device last reported something, in Unix milliseconds. */
  readonly updatedAt: number | undefined
  /** The status as the device sent it, with fields that are not named here. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** What a state is made of; the rest follows from it. */
type Parts = Pick<
  DeviceState,
  | "fields"
  | "dockParts"
  | "dockJobs"
  | "rooms"
  | "currentRoomId"
  | "online"
  | "stale"
  | "available"
  | "trouble"
  | "silentSince"
  | "updatedAt"
>

const noMapFlag = 63

const build = (parts: Parts): DeviceState => {
  const number = (name: string) => numberField(parts.fields, name)
  const state = number("state")
  const area = number("clean_area")
  const seconds = number("clean_time")
  const mapStatus = number("map_status")
  const flag = mapStatus === undefined ? noMapFlag : mapStatus >> 2
  return {
    state,
    stateName: nameOf(state, V1Codes.stateNames),
    activity: activityOf(state),
    error: problemOf(number("error_code"), V1Codes.errorNames),
    dockError: problemOf(number("dock_error_status"), V1Codes.dockErrorNames),
    dockParts: parts.dockParts,
    dockJobs: parts.dockJobs,
    battery: number("battery"),
    charging: state === 8 && number("charge_status") !== 0,
    cleanedArea: area === undefined ? undefined : area / 1e6,
    cleanTime: seconds === undefined ? undefined : Duration.seconds(seconds),
    unfinished: unfinishedJobs.get(number("in_cleaning") ?? 0),
    fanPower: number("fan_power"),
    waterMode: number("water_box_mode"),
    mopMode: number("mop_mode"),
    // Rooms and a map are kept for each number that there is.
    mapFlag: flag >= 0 && flag < noMapFlag ? flag : undefined,
    rooms: parts.rooms,
    currentRoom: parts.rooms.find(({ id }) => id === parts.currentRoomId)?.name,
    currentRoomId: parts.currentRoomId,
    online: parts.online,
    stale: parts.stale,
    available: parts.available,
    trouble: parts.trouble,
    silentSince: parts.silentSince,
    updatedAt: parts.updatedAt,
    fields: parts.fields
  }
}

/** What a watcher is told of; `fields` and `updatedAt` are new with every answer. */
const told = (state: DeviceState): ReadonlyArray<unknown> => [
  state.state,
  state.error?.code,
  state.dockError?.code,
  state.dockParts === undefined ? undefined : Object.values(state.dockParts).join(),
  state.dockJobs.join(),
  state.battery,
  state.charging,
  state.cleanedArea,
  state.cleanTime === undefined ? undefined : Duration.toSeconds(state.cleanTime),
  state.unfinished,
  state.fanPower,
  state.waterMode,
  state.mopMode,
  state.mapFlag,
  state.currentRoomId,
  state.currentRoom,
  state.online,
  state.stale,
  state.available,
  state.trouble
]

/**
 * Whether two states say the same to people: compares all but `fields` and `updatedAt`, which are new with every answer.
 * The `changes` of a device leave out repetitions by this measure.
 *
 * @since 0.1.0
 * @category guards
 */
export const isSame = (before: DeviceState, after: DeviceState): boolean => {
  const values = told(after)
  return before === after
    || Rooms.isSame(before.rooms, after.rooms) && told(before).every((value, index) => value === values[index])
}

/**
 * What the cloud last knew of the device, before the device itself was asked.
 *
 * @since 0.1.0
 * @category constructors
 */
export const initial = (dataPoints: ReadonlyMap<number, unknown>, online: boolean): DeviceState =>
  build({
    fields: pushedFields(dataPoints),
    dockParts: undefined,
    dockJobs: [],
    rooms: [],
    currentRoomId: undefined,
    online,
    stale: true,
    available: true,
    trouble: undefined,
    silentSince: undefined,
    updatedAt: undefined
  })

const answering = { stale: false, available: true, trouble: undefined, silentSince: undefined } as const

/**
 * How long a device may be silent before it counts as unavailable.
 *
 * @since 0.1.0
 * @category constants
 */
export const toleratedSilence: Duration.Duration = Duration.minutes(2)

/**
 * The state after an answer to `get_status` that came at `now` (Unix milliseconds); `undefined` when the result is not a
 * status. `reportsDock` says whether what it reports of the parts of the dock is reliable (`is_dss_believable`).
 *
 * @since 0.1.0
 * @category combinators
 */
export const withStatus = (
  self: DeviceState,
  result: unknown,
  now: number,
  reportsDock = false
): DeviceState | undefined => {
  const fields = unwrap(result)
  if (!isRecord(fields) || typeof fields["state"] !== "number") return undefined
  const dockParts = reportsDock ? Dock.decodeParts(numberField(fields, "dss")) : undefined
  const dockJobs = Dock.jobsOf(fields)
  return build({ ...self, ...answering, fields, dockParts, dockJobs, online: true, updatedAt: now })
}

/**
 * The state after a push that came at `now`. Data points that mean nothing here leave it as it is.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withPush = (
  self: DeviceState,
  push: { readonly dataPoints: ReadonlyMap<number, unknown>; readonly online?: boolean | undefined },
  now: number
): DeviceState => {
  const pushed = pushedFields(push.dataPoints)
  if (push.online === undefined && Object.keys(pushed).length === 0) return self
  const fields = { ...self.fields, ...pushed }
  return build({ ...self, fields, dockJobs: Dock.jobsOf(fields), online: push.online ?? true, updatedAt: now })
}

/**
 * The state of a device that does not answer at `now` (Unix milliseconds): stale at once, unavailable when this has
 * lasted for {@link toleratedSilence}. `trouble` is the sentence that says why.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withSilence = (self: DeviceState, trouble: string, now: number): DeviceState => {
  // A clock that was set back must not keep it available.
  const silentSince = Math.min(self.silentSince ?? now, now)
  const available = now - silentSince < Duration.toMillis(toleratedSilence)
  return { ...self, stale: true, available, trouble, silentSince }
}

/**
 * The state with the rooms of the map in use.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withRooms = (self: DeviceState, rooms: ReadonlyArray<Rooms.Room>): DeviceState =>
  Rooms.isSame(self.rooms, rooms) ? self : build({ ...self, rooms })

/**
 * The state with the room the robot is in.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withCurrentRoom = (self: DeviceState, currentRoomId: number | undefined): DeviceState =>
  currentRoomId === self.currentRoomId ? self : build({ ...self, currentRoomId })
