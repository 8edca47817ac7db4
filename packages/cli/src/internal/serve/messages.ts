/** What server and page say to each other, as JSON. The page's scripts are checked against these types. */
import type { Mode } from "@effect-mqtt/roborock/CleaningModes"
import type { CleanRecord } from "@effect-mqtt/roborock/CleanRecord"
import type { CloudSchedule } from "@effect-mqtt/roborock/CloudSchedulesTrait"
import type { Consumable } from "@effect-mqtt/roborock/ConsumablesTrait"
import type { TimeOfDay } from "@effect-mqtt/roborock/DailyWindow"
import type { Activity, Unfinished } from "@effect-mqtt/roborock/DeviceState"
import type { Job, Parts } from "@effect-mqtt/roborock/Dock"
import type { Schedule } from "@effect-mqtt/roborock/SchedulesTrait"
import type { TraitName } from "@effect-mqtt/roborock/Trait"
import type { ChoiceName, HoursName, SwitchName } from "./settingNames.ts"

export interface NamedRoom {
  readonly id: number
  readonly name: string
}

/** One device, as it is now. */
export interface DeviceView {
  readonly id: string
  readonly name: string
  readonly product: string | undefined
  readonly shared: boolean
  /** Why this program cannot talk to it. */
  readonly unsupported: string | undefined
  readonly route: "home network" | "cloud" | undefined
  readonly activity: Activity
  /** What it does, in words. */
  readonly doing: string
  readonly battery: number | undefined
  readonly charging: boolean
  readonly error: string | undefined
  readonly dockError: string | undefined
  /** What is shown is what was known before it fell silent. */
  readonly stale: boolean
  readonly available: boolean
  readonly trouble: string | undefined
  /** Unix milliseconds. */
  readonly updatedAt: number | undefined
  /** Square metres. */
  readonly cleanedArea: number | undefined
  readonly cleanSeconds: number | undefined
  readonly unfinished: Unfinished | undefined
  readonly rooms: ReadonlyArray<NamedRoom>
  readonly currentRoom: NamedRoom | undefined
  readonly floor: number | undefined
  readonly fan: string | undefined
  readonly water: string | undefined
  readonly mopRoute: string | undefined
  readonly mode: string | undefined
  /** What its dock is at. */
  readonly dockJobs: ReadonlyArray<Job>
  readonly dockParts: Parts | undefined
}

/** What can be chosen for a device; it stays the same while the page is open. */
export interface Offer {
  readonly traits: ReadonlyArray<TraitName>
  readonly fan: ReadonlyArray<string>
  readonly water: ReadonlyArray<string>
  readonly routes: ReadonlyArray<string>
  readonly modes: ReadonlyArray<Mode>
}

/** A place on the page's map: millimetres as the robot counts them, but with y **down**, as SVG has it. */
export interface Place {
  readonly x: number
  readonly y: number
}

export interface PlanRoom extends NamedRoom {
  /** Neighbours have different numbers. */
  readonly colour: number
  /** Square metres. */
  readonly area: number
  /** SVG path data. */
  readonly outline: string
  readonly label: Place
  /** Millimetres there are for a name. */
  readonly width: number
}

/** The part of a map that stays the same while a robot drives. Texts other than names are SVG path data. */
export interface Plan {
  readonly revision: number
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly rooms: ReadonlyArray<PlanRoom>
  /** Floor that belongs to no room. */
  readonly floor: string
  readonly walls: string
  /** What walls enclose without a way in. */
  readonly solid: string
  readonly carpets: string
  readonly noGo: string
  readonly noMop: string
  readonly noVacuum: string
  readonly barriers: string
}

/** What moves on a map. */
export interface Scene {
  /** Unix milliseconds. */
  readonly readAt: number
  readonly robot: (Place & { readonly angle: number | undefined }) | undefined
  readonly charger: Place | undefined
  readonly target: Place | undefined
  readonly activeRooms: ReadonlyArray<number>
  readonly zones: ReadonlyArray<
    { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  >
  readonly obstacles: ReadonlyArray<Place & { readonly name: string }>
}

/** The driven path: the first `keep` numbers of the one before, then `add`. Places are pairs of numbers. */
export interface PathChange {
  readonly keep: number
  readonly add: ReadonlyArray<number>
}

/** One event of the stream. Those about a map are about the device that the stream was opened for. */
export type Event =
  | {
    readonly _tag: "Home"
    readonly name: string | undefined
    /** All devices, in the order of the account. */
    readonly devices: ReadonlyArray<string>
    /** The one whose map follows. */
    readonly selected: string | undefined
    /** Why the cloud could not be asked, if what is shown is what was kept. */
    readonly stale: { readonly since: number; readonly cause: string } | undefined
  }
  | { readonly _tag: "Device"; readonly device: DeviceView }
  | { readonly _tag: "Offer"; readonly offer: Offer }
  | { readonly _tag: "Plan"; readonly plan: Plan }
  | { readonly _tag: "Scene"; readonly scene: Scene; readonly path: PathChange }
  | { readonly _tag: "MapTrouble"; readonly message: string | undefined }
  | { readonly _tag: "Failure"; readonly message: string }

/** Answers to questions about a device, which are asked when somebody looks. */
export interface FloorsAnswer {
  readonly floors: ReadonlyArray<{ readonly id: number; readonly name: string; readonly rooms: ReadonlyArray<string> }>
}

export interface ConsumablesAnswer {
  readonly consumables: ReadonlyArray<Consumable>
}

export interface HistoryAnswer {
  readonly count: number | undefined
  /** Square metres. */
  readonly area: number | undefined
  readonly seconds: number
  /** The newest first; `duration` in seconds. */
  readonly runs: ReadonlyArray<Omit<CleanRecord, "duration"> & { readonly duration: number }>
}

export interface SchedulesAnswer {
  readonly schedules: ReadonlyArray<Pick<Schedule, "action" | "cron" | "enabled" | "id" | "segments">>
}

/** Those that the app keeps, to be looked at. */
export interface CloudSchedulesAnswer {
  readonly cloudSchedules: ReadonlyArray<Pick<CloudSchedule, "cron" | "enabled" | "id">>
}

export interface RoutinesAnswer {
  readonly routines: ReadonlyArray<{ readonly id: number; readonly name: string; readonly enabled: boolean }>
}

/** One setting of a device, as it is. */
export type Setting =
  | { readonly kind: "switch"; readonly name: SwitchName; readonly on: boolean }
  | {
    readonly kind: "choice"
    readonly name: ChoiceName
    readonly value: string
    readonly values: ReadonlyArray<string>
  }
  | { readonly kind: "volume"; readonly name: "sound"; readonly percent: number }
  | {
    readonly kind: "hours"
    readonly name: HoursName
    readonly enabled: boolean
    readonly start: TimeOfDay
    readonly end: TimeOfDay
  }

export interface SettingsAnswer {
  readonly settings: ReadonlyArray<Setting>
  /** Names of those that the device has, and did not tell. */
  readonly silent: ReadonlyArray<string>
}

/** What went wrong, as a sentence. */
export interface ErrorAnswer {
  readonly error: string
}
