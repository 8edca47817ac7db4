/**
 * The options of a simulator: its home, its devices, its account and its pace.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type * as FloorPlan from "./FloorPlan.ts"
import type { LocalVersion } from "./LocalPort.ts"

/**
 * What can be chosen; every field has a default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * How many times as fast as real time robots drive, clean and charge.
   * @default 1
   */
  readonly speed?: number | undefined
  /**
   * Decides all ids, keys and tokens.
   * @default "roborock-simulator"
   */
  readonly seed?: string | number | undefined
  /** @default `FloorPlan.flat()` */
  readonly floorPlan?: FloorPlan.FloorPlan | undefined
  /**
   * More floors that robots have maps of, such as `FloorPlan.upstairs()`. Robots begin on the first.
   * @default none
   */
  readonly otherFloors?: ReadonlyArray<FloorPlan.FloorPlan> | undefined
  /**
   * Each robot has the home for itself: they do not meet.
   * @default one, called "Living room"
   */
  readonly robots?: ReadonlyArray<RobotOptions> | undefined
  /**
   * Other machines of the account.
   * @default none
   */
  readonly appliances?: ReadonlyArray<ApplianceOptions> | undefined
  /**
   * How often robots announce themselves on the home network.
   * @default "30 seconds"
   */
  readonly broadcastEvery?: Duration.DurationInput | undefined
  /**
   * How often robots that have lost the broker try to reach it.
   * @default "500 millis"
   */
  readonly reconnectEvery?: Duration.DurationInput | undefined
  /** @default "robin@example.com" */
  readonly email?: string | undefined
  /** @default "simulated" */
  readonly password?: Redacted.Redacted | undefined
  /** @default "246810" */
  readonly code?: string | undefined
  /** @default "Simulated home" */
  readonly homeName?: string | undefined
  /**
   * When false, logins by password are answered that a code is needed.
   * @default true
   */
  readonly passwordLogin?: boolean | undefined
}

/**
 * One robot of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface RobotOptions {
  readonly name: string
  /**
   * Battery percentage at the beginning.
   * @default 100
   */
  readonly battery?: number | undefined
  /**
   * `S4` only vacuums, and answers in the old forms; `S7` mops too; `Qrevo Master` has a dock that empties, washes and
   * dries; `Q7` and `Q10` are robots of the two B01 families.
   * @default "S7"
   */
  readonly product?: "S4" | "S7" | "Qrevo Master" | "Q7" | "Q10" | undefined
  /**
   * The protocol version that it speaks on the home network; `none` keeps it off that network. Robots of B01 families are
   * never on it.
   * @default "1.0"
   */
  readonly localVersion?: LocalVersion | "none" | undefined
  /**
   * Whether it belongs to somebody else, who shares it with the account.
   * @default false
   */
  readonly shared?: boolean | undefined
  /**
   * It begins switched off: `switchOn` of the robot switches it on.
   * @default false
   */
  readonly offline?: boolean | undefined
  /**
   * The schedules that the app has made for it in the cloud. They are listed, and never carried out.
   * @default none
   */
  readonly cloudSchedules?: ReadonlyArray<CloudSchedule> | undefined
}

/**
 * A schedule that the cloud keeps for a device, as the web API has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface CloudSchedule {
  readonly id: string
  /** Five fields. */
  readonly cron: string
  readonly repeated: boolean
  readonly enabled: boolean
  /** JSON text, which differs from device to device. */
  readonly param: string
}

/**
 * One wet-dry vacuum (`Dyad`) or washing machine (`Zeo`) of the account.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApplianceOptions {
  readonly name: string
  readonly product: "Dyad" | "Zeo"
  /**
   * Whether it belongs to somebody else, who shares it with the account.
   * @default false
   */
  readonly shared?: boolean | undefined
  /**
   * It begins switched off: `switchOn` of the appliance switches it on.
   * @default false
   */
  readonly offline?: boolean | undefined
}
