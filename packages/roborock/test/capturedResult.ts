import { Rpc } from "@effect-mqtt/roborock"
import { Either } from "effect"
import { testData } from "../../../vitest.testData.ts"

/** The unwrapped result in a captured message of the shared fixtures; `undefined` where these are absent. */
export const capturedResult = (path: string): unknown => {
  const data = testData(`roborock/fixtures/${path}`)
  if (data === undefined) return undefined
  const message = Either.getOrThrow(Rpc.decode(new Uint8Array(data)))
  if (message._tag !== "Response") throw new Error(`${path} holds no response`)
  return Rpc.unwrap(Either.getOrThrow(message.outcome))
}

/** The JSON of a shared fixture; `undefined` where it is absent. */
export const fixture = (path: string): unknown => {
  const data = testData(`roborock/fixtures/${path}`)
  return data === undefined ? undefined : JSON.parse(data.toString("utf8"))
}
