/** The session of a client in the store of the context. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StoreError } from "../../../MqttError.ts"
import { ConnectError } from "../../../MqttError.ts"
import { SessionStore } from "../../../SessionStore.ts"
import type { DurableSession } from "./durability.ts"

const storeError = (cause: StoreError) => new ConnectError({ reason: "StoreError", retryable: false, cause })

/** Undefined if the store keeps nothing. */
export const openSession = (
  clientId: string | undefined
): Effect.Effect<DurableSession | undefined, ConnectError, Scope.Scope> =>
  Effect.flatMap(SessionStore, (store) => {
    const { durability } = store
    if (durability === undefined) return Effect.succeed(undefined)
    if (clientId === undefined || clientId === "") {
      const cause = new Error("the option \"clientId\" has to be given: it names the session in the store")
      return new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause })
    }
    return Effect.mapBoth(store.open(clientId), { onFailure: storeError, onSuccess: durability })
  })
