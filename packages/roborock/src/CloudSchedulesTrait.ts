/**
 * Schedules that newer apps keep in the cloud, beside those on the robot (`SchedulesTrait`).
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { isRecord, parseJson } from "./internal/v1/json.ts"
import type { AuthError, ConnectError } from "./RoborockError.ts"

/**
 * A schedule that the cloud keeps.
 *
 * @since 0.1.0
 * @category models
 */
export interface CloudSchedule {
  readonly id: string
  readonly enabled: boolean
  /** Five fields. */
  readonly cron: string
  /** Whether it happens again and again. */
  readonly repeated: boolean
  /** What happens, as the app wrote it: JSON is parsed; the meaning depends on the family of the device. */
  readonly param: unknown
}

/**
 * The schedules that the cloud keeps for a device. They are read here, and made and changed in the app.
 *
 * @since 0.1.0
 * @category models
 */
export interface CloudSchedulesTrait {
  /** Asks the web API each time. */
  readonly list: Effect.Effect<ReadonlyArray<CloudSchedule>, AuthError | ConnectError>
}

const maxSchedules = 256

const toParam = (param: unknown): unknown =>
  typeof param === "string" ? Either.getOrElse(parseJson(param), () => param) : param

/**
 * Reads the list of schedules; `undefined` for anything else. Entries without id or time are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (json: unknown): ReadonlyArray<CloudSchedule> | undefined =>
  Array.isArray(json)
    ? json.slice(0, maxSchedules).flatMap((entry: unknown): ReadonlyArray<CloudSchedule> => {
      if (!isRecord(entry)) return []
      const { cron, enabled, id, param, repeated } = entry
      return typeof id !== "string" && typeof id !== "number" || typeof cron !== "string"
        ? []
        : [{ id: String(id), enabled: enabled === true, cron, repeated: repeated === true, param: toParam(param) }]
    })
    : undefined
