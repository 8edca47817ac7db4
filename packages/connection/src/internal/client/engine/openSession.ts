/** The session of a client in the store of the context. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StoreError } from "../../../MqttError.ts"
import { ConnectError } from "../../../MqttError.ts"
import { SessionStore } from "../../../SessionStore.ts"
import type { DurableSession } from "./durability.ts"

const storeError = (cause: StoreError) => new ConnectError({ reason: "StoreError", retryable: false, cause })

const unusable = (message: string) =>
  new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: new Error(message) })

/** Undefined if the store keeps nothing. */
export const openSession = (
  clientId: string | undefined
): Effect.Effect<DurableSession | undefined, ConnectError, Scope.Scope> =>
  Effect.flatMap(SessionStore, (store) => {
    const { durability } = store
    if (durability === undefined) {
      // Left out, as by a program without types, it may have been forgotten.
      return "durability" in store ? Effect.succeed(undefined) : unusable("the session store has no \"durability\"")
    }
    if (clientId === undefined || clientId === "") {
      return unusable("the option \"clientId\" has to be given: it names the session in the store")
    }
    return Effect.mapBoth(store.open(clientId), { onFailure: storeError, onSuccess: durability })
  })
