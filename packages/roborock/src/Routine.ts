/**
 * Routines of the app (its web API calls them scenes): what the owner has put together there, to be run from here.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { shownText } from "./internal/shownText.ts"
import { isRecord, numberField, parseJson } from "./internal/v1/json.ts"

/**
 * A routine.
 *
 * @since 0.1.0
 * @category models
 */
export interface Routine {
  readonly id: number
  readonly name: string
  readonly enabled: boolean
  /** The devices that take part in it, as far as the description says. */
  readonly duids: ReadonlyArray<string>
}

const maxRoutines = 1000

const duidsOf = (param: unknown): ReadonlyArray<string> => {
  const json = typeof param === "string" ? Either.getOrUndefined(parseJson(param)) : undefined
  const action = isRecord(json) ? json["action"] : undefined
  const items: unknown = isRecord(action) ? action["items"] : undefined
  if (!Array.isArray(items)) return []
  const ids = items.map((item: unknown) => isRecord(item) ? item["entityId"] : undefined)
  return [...new Set(ids.filter((id): id is string => typeof id === "string"))]
}

/**
 * Reads the list of routines. Entries without id or name are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (json: unknown): ReadonlyArray<Routine> =>
  (Array.isArray(json) ? json.slice(0, maxRoutines) : []).flatMap((entry: unknown) => {
    if (!isRecord(entry)) return []
    const id = numberField(entry, "id")
    const { enabled, name, param } = entry
    return id === undefined || typeof name !== "string"
      ? []
      : [{ id, name: shownText(name), enabled: enabled !== false, duids: duidsOf(param) }]
  })
