/**
 * Where a client keeps its half of the session, so that a restarted program goes on where the old
 * one stopped: unacknowledged publishes, identifiers of QoS 2 messages received, subscriptions.
 *
 * A store knows nothing of MQTT. It holds one ordered journal per client identifier, seen as a table
 * of keys and values.
 *
 * @since 0.1.0
 */
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as durability from "./internal/client/engine/durability.ts"
import * as keyValueJournal from "./internal/store/keyValueJournal.ts"
import type * as storedSession from "./internal/store/storedSession.ts"
import type { StoreError } from "./MqttError.ts"

/**
 * Puts a value under a key, or removes the key when `value` is undefined. The receiver may keep the
 * bytes: they are never overwritten.
 *
 * @since 0.1.0
 * @category models
 */
export type Change = storedSession.Change

/**
 * The session of one client, held exclusively until the scope of its `open` closes.
 *
 * @since 0.1.0
 * @category models
 */
export type StoredSession = storedSession.StoredSession

/**
 * How a client keeps its session in a store: see {@link durable}.
 *
 * @since 0.1.0
 * @category models
 */
export type Durability = durability.Durability

/**
 * The durability of a store whose sessions outlive the program. It brings the code that reads and writes the records of
 * a session, so that a program without such a store has none of it in its bundle.
 *
 * @example
 * ```ts
 * import { SessionStore } from "@effect-mqtt/connection"
 * import { Layer } from "effect"
 *
 * // A store of one's own.
 * export const custom = (open: SessionStore.Store["open"]) =>
 *   Layer.succeed(SessionStore.SessionStore, { durability: SessionStore.durable, open })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const durable: Durability = durability.durability

/**
 * What a store does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Store {
  /**
   * {@link durable} if a restarted program finds what was committed; `undefined` if the store keeps nothing. Then the
   * client never opens it and keeps its session in memory: nothing is persisted, and nothing waits for that.
   */
  readonly durability: Durability | undefined
  /** Fails with reason `InUse` while the session of this client identifier is open elsewhere. */
  readonly open: (clientId: string) => Effect.Effect<StoredSession, StoreError, Scope.Scope>
}

const memory: Store = {
  durability: undefined,
  open: () => Effect.succeed({ records: new Map(), commit: () => Effect.void })
}

/**
 * The store that clients use; without a layer, the one in memory.
 *
 * @since 0.1.0
 * @category tags
 */
export class SessionStore extends Context.Reference<SessionStore>()("@effect-mqtt/connection/SessionStore", {
  defaultValue: () => memory
}) {}

/**
 * The default: the session lives as long as the client.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<SessionStore> = /*#__PURE__*/ Layer.succeed(SessionStore, memory)

/**
 * How sessions are kept in a `KeyValueStore`.
 *
 * @since 0.1.0
 * @category models
 */
export type KeyValueOptions = keyValueJournal.Options

/** The tag of the platform, by its key: its module would bring `Schema` into every bundle. */
const keyValueStore = /*#__PURE__*/ Context.GenericTag<KeyValueStore.KeyValueStore>("@effect/platform/KeyValueStore")

/**
 * Keeps sessions in the `KeyValueStore` of the context, such as a browser's storage or a database, and
 * is as durable as that. A single `set` has to be atomic or fail; one that a crash has torn is
 * recognised. Only the clients of this layer exclude each other from a session, not those of other
 * processes.
 *
 * @example
 * ```ts
 * import { MqttClient, SessionStore } from "@effect-mqtt/connection"
 * import type { KeyValueStore } from "@effect/platform"
 * import { Layer } from "effect"
 *
 * // `storage` is that of the browser, for a page that goes on after it was reloaded, or a database.
 * export const live = (storage: Layer.Layer<KeyValueStore.KeyValueStore>) =>
 *   MqttClient.layer({ url: "wss://broker.example/mqtt", clientId: "panel-7" }).pipe(
 *     Layer.provide(SessionStore.layerKeyValueStore()),
 *     Layer.provide(storage)
 *   )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerKeyValueStore = (
  options?: KeyValueOptions
): Layer.Layer<SessionStore, never, KeyValueStore.KeyValueStore> =>
  Layer.effect(
    SessionStore,
    Effect.map(
      Effect.flatMap(keyValueStore, (store) => keyValueJournal.make(store, options)),
      (open) => ({ durability: durable, open })
    )
  )
