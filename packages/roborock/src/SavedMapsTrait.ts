/**
 * The maps that Q7 and Q10 vacuums keep, one of each floor. Those of V1 vacuums are floors (`FloorsTrait`), which can be
 * changed; how the other families are told to is not known.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { shownText } from "./internal/shownText.ts"
import { isRecord } from "./internal/v1/json.ts"
import { type CommandError, RequestError } from "./RoborockError.ts"

/**
 * A map that a device keeps.
 *
 * @since 0.1.0
 * @category models
 */
export interface SavedMap {
  readonly id: string
  readonly name: string | undefined
  /** Whether it is the one in use; `undefined` where the device does not say, as Q10 vacuums do not. */
  readonly inUse: boolean | undefined
}

/**
 * The maps of a device, to be listed.
 *
 * @since 0.1.0
 * @category models
 */
export interface SavedMapsTrait {
  /** Asks the device. */
  readonly list: Effect.Effect<ReadonlyArray<SavedMap>, CommandError>
}

const maxMaps = 64

const isInUse = (cur: unknown): boolean | undefined => cur === undefined ? undefined : cur === true || cur === 1

/**
 * Reads the list of maps of a Q7 (`service.get_map_list`) or Q10 vacuum (data point 61); `undefined` for anything else.
 * Entries without id are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (answer: unknown): ReadonlyArray<SavedMap> | undefined => {
  const entries: unknown = isRecord(answer) ? answer["map_list"] ?? answer["data"] : undefined
  if (!Array.isArray(entries)) return undefined
  return entries.slice(0, maxMaps).flatMap((entry: unknown): ReadonlyArray<SavedMap> => {
    if (!isRecord(entry)) return []
    const { cur, id, name } = entry
    if (typeof id !== "string" && typeof id !== "number") return []
    const shown = typeof name === "string" && name !== "" ? shownText(name) : undefined
    return [{ id: String(id), name: shown, inUse: isInUse(cur) }]
  })
}

/** @internal */
export const make = (method: string, ask: Effect.Effect<unknown, CommandError>): SavedMapsTrait => ({
  list: Effect.flatMap(ask, (answer) => {
    const maps = decode(answer)
    return maps === undefined
      ? Effect.fail(new RequestError({ reason: "BadAnswer", method }))
      : Effect.succeed(maps)
  })
})
