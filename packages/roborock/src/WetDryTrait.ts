/**
 * Commanding a wet-dry vacuum.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as ApplianceTrait from "./ApplianceTrait.ts"
import type { Context } from "./internal/device/dialectContext.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The commands of a wet-dry vacuum.
 *
 * @since 0.1.0
 * @category models
 */
export interface WetDryTrait {
  /** Starts what is set: self-cleaning or drying. */
  readonly start: Effect.Effect<void, CommandError>
  /** Tells it that a part is new. */
  readonly reset: (part: "mesh" | "brush") => Effect.Effect<void, CommandError>
}

/** @internal */
export const make = (context: Context, table: ApplianceTrait.Table): WetDryTrait => ({
  start: ApplianceTrait.set(context, table, { start: 1 }),
  reset: (part) => ApplianceTrait.set(context, table, { [`${part}_reset`]: 1 })
})
