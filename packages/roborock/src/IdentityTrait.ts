/**
 * What a vacuum says about itself: firmware, serial number, time zone, features.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Capabilities } from "./Capabilities.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The identity of a device.
 *
 * @since 0.1.0
 * @category models
 */
export interface IdentityTrait {
  /** The version that is installed, as the cloud knows it. */
  readonly firmware: string | undefined
  readonly serialNumber: Effect.Effect<string, CommandError>
  /** Such as `Europe/Berlin`: the zone of schedules and of "do not disturb". */
  readonly timeZone: Effect.Effect<string, CommandError>
  /** Asks the device once; until it answers, what the cloud knows. */
  readonly capabilities: Effect.Effect<Capabilities>
}

const readText = (name: string) => (result: unknown): string | undefined => {
  const value = isRecord(result) ? result[name] : result
  return typeof value === "string" ? value : undefined
}

/** @internal */
export const make = (vacuum: Vacuum): IdentityTrait => ({
  firmware: vacuum.firmware,
  serialNumber: question(vacuum, "get_serial_number", readText("serial_number")),
  timeZone: question(vacuum, "get_timezone", readText("timezone")),
  capabilities: vacuum.capabilities
})
