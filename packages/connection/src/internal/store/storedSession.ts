/** What a session store is to its users; the public names are in `SessionStore`. */
import type * as Effect from "effect/Effect"
import type { StoreError } from "../../MqttError.ts"

/**
 * Puts a value under a key, or removes the key when `value` is undefined. The receiver may keep the
 * bytes: they are never overwritten.
 */
export interface Change {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/**
 * The session of one client, held exclusively until the scope of its `open` closes.
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
