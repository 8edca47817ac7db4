import { SessionStore } from "@effect-mqtt/connection"
import { FileSessionStore } from "@effect-mqtt/connection/node"
import { Effect, Layer } from "effect"

/** The file journal; `onOpen` and `onCommitted` see what is durable before the client does. */
export const layer = (
  directory: string,
  onOpen: (records: ReadonlyMap<string, Uint8Array>) => void,
  onCommitted: (changes: ReadonlyArray<SessionStore.Change>) => void
): Layer.Layer<SessionStore.SessionStore> =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      open: (clientId: string) =>
        Effect.map(store.open(clientId), ({ commit, records }) => {
          onOpen(records)
          return {
            records,
            commit: (changes: ReadonlyArray<SessionStore.Change>) =>
              Effect.tap(commit(changes), () => Effect.sync(() => onCommitted(changes)))
          }
        })
    }))
  ).pipe(Layer.provide(FileSessionStore.layer({ directory })))
