import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Rpc from "../../Rpc.ts"
import * as log from "../log.ts"
import { isRecord } from "../v1/json.ts"
import type { Requests } from "./requests.ts"

const hostOf = (result: unknown): string | undefined => {
  const info = Rpc.unwrap(result)
  const host = isRecord(info) ? info["ip"] : undefined
  return typeof host === "string" && host !== "" && host.length <= 64 ? host : undefined
}

/** Asks the device, through the cloud, where it is on the home network. */
export const askForHost = (requests: Requests, timeout: Duration.Duration): Effect.Effect<string | undefined> =>
  requests.ask({ method: "get_network_info", params: [], answeredBy: "response" }, timeout).pipe(
    Effect.map(hostOf),
    Effect.catchAll((error) => Effect.as(log.debug(error.message), undefined))
  )
