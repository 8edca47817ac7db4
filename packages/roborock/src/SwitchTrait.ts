/**
 * Settings of a vacuum that are on or off.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * Something that is on or off.
 *
 * @since 0.1.0
 * @category models
 */
export interface SwitchTrait {
  readonly get: Effect.Effect<boolean, CommandError>
  readonly set: (on: boolean) => Effect.Effect<void, CommandError>
}

/** How a setting is read and written: with a field, or as a number in a list. */
interface Wording {
  readonly get: string
  readonly set: string
  readonly field?: string | undefined
}

const wordings = {
  childLock: { get: "get_child_lock_status", set: "set_child_lock_status", field: "lock_status" },
  led: { get: "get_led_status", set: "set_led_status" },
  flowLed: { get: "get_flow_led_status", set: "set_flow_led_status", field: "status" },
  collisionAvoidance: { get: "get_collision_avoid_status", set: "set_collision_avoid_status", field: "status" },
  autoEmptying: {
    get: "get_dust_collection_switch_status",
    set: "set_dust_collection_switch_status",
    field: "status"
  },
  floorDirection: {
    get: "get_clean_follow_ground_material_status",
    set: "set_clean_follow_ground_material_status",
    field: "status"
  }
} as const satisfies Readonly<Record<string, Wording>>

/**
 * The names of such settings.
 *
 * @since 0.1.0
 * @category models
 */
export type SwitchName = keyof typeof wordings

/** @internal */
export const isOn = (value: unknown): boolean | undefined =>
  value === 1 || value === true ? true : value === 0 || value === false ? false : undefined

/** @internal */
export const make = (vacuum: Vacuum, name: SwitchName): SwitchTrait => {
  const { field, get, set }: Wording = wordings[name]
  return {
    get: question(vacuum, get, (result) => isOn(field !== undefined && isRecord(result) ? result[field] : result)),
    set: (on) => {
      const value = on ? 1 : 0
      return vacuum.command(set, field === undefined ? [value] : { [field]: value })
    }
  }
}
