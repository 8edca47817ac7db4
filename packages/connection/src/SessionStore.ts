/**
 * Where a client keeps its half of the session, so that a restarted program goes on where the old
 * one stopped: unacknowledged publishes, identifiers of QoS 2 messages received, subscriptions.
 *
 * A store knows nothing of MQTT. It holds one ordered journal per client identifier, seen as a table
 * of keys and values.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as keyValueJournal from "./internal/store/keyValueJournal.ts"
import type { StoreError } from "./MqttError.ts"

/**
 * Puts a value under a key, or takes the key away when `value` is undefined. Whoever gets one may
 * keep the bytes: they are not written again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Change {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/**
 * The session of one client, held exclusively until the scope of its `open` closes.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredSession {
  /** What was there when the session was opened. */
  readonly records: ReadonlyMap<string, Uint8Array>
  /**
   * Applies all changes or none, and completes when they are durable. Commits take effect in the
   * order in which they are run. A failure with reason `Full` has changed nothing and may be followed
   * by other commits; after any other failure the session is not used again.
   */
  readonly commit: (changes: ReadonlyArray<Change>) => Effect.Effect<void, StoreError>
}

/**
 * What a store does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Store {
  /**
   * Whether a restarted program finds what was committed. A client keeps its session in memory by
   * itself, and never opens a store that says no: nothing is persisted, and nothing waits for it.
   */
  readonly isDurable: boolean
  /** Fails with reason `InUse` while the session of this client identifier is open elsewhere. */
  readonly open: (clientId: string) => Effect.Effect<StoredSession, StoreError, Scope.Scope>
}

const memory: Store = {
  isDurable: false,
  open: () => Effect.succeed({ records: new Map(), commit: () => Effect.void })
}

/**
 * The store that clients use; without a layer it is the one in memory.
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
export const layerMemory: Layer.Layer<SessionStore> = Layer.succeed(SessionStore, memory)

/**
 * How sessions are kept in a `KeyValueStore`.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyValueOptions {
  /**
   * What its keys begin with.
   *
   * @default "mqtt-session"
   */
  readonly prefix?: string | undefined
  /**
   * The most that one session may hold, bytes; beyond it a commit that adds fails with reason `Full`.
   *
   * @default 64 MiB
   */
  readonly maxBytes?: number | undefined
}

/**
 * Keeps sessions in the `KeyValueStore` of the context: a browser's storage, a database. It is as
 * durable as that one. A single `set` has to be atomic or fail; one that is torn by a crash is
 * recognised. Only clients of this layer are kept apart from each other, not those of other
 * processes.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerKeyValueStore = (
  options?: KeyValueOptions
): Layer.Layer<SessionStore, never, KeyValueStore.KeyValueStore> =>
  Layer.effect(
    SessionStore,
    Effect.map(KeyValueStore.KeyValueStore, (store) => keyValueJournal.make(store, options))
  )
