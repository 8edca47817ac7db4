import * as Either from "effect/Either"
import { isRecord, parseJson } from "../v1/json.ts"

/**
 * Reads what the cloud itself says of a device (protocol 500): whether it is connected, or `undefined` for something else.
 * What cannot be read gives a clause that says so.
 */
export const decodeOnline = (payload: Uint8Array): Either.Either<boolean | undefined, string> => {
  const json = Either.getOrUndefined(parseJson(payload))
  if (!isRecord(json)) return Either.left("a device status that is not a JSON object")
  const online = json["online"]
  return Either.right(typeof online === "boolean" ? online : undefined)
}
