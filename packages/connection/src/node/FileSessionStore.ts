/**
 * Sessions in files: a restarted program goes on where the old one stopped, even after a crash.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { demandBound } from "../internal/optionValue.ts"
import * as journal from "../internal/store/journal.ts"
import { StoreError } from "../MqttError.ts"
import * as SessionStore from "../SessionStore.ts"
import * as journalFile from "./internal/journalFile.ts"
import * as sessionLock from "./internal/sessionLock.ts"

/**
 * Where sessions are kept, and how much of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The folder; it is created if it does not exist. It has to be on a disk of this machine. */
  readonly directory: string
  /**
   * The most that one session may hold, in bytes; a publish beyond it fails with reason `StoreError`. Its
   * file is at most about three times as large. Anything but a whole number of at least 1 is a defect.
   *
   * @default 64 MiB
   */
  readonly maxBytes?: number | undefined
}

/** Any client identifier gives a name that every file system takes, and that a reader may recognise. */
const fileName = (clientId: string): string => {
  const digest = createHash("sha256").update(clientId).digest("hex").slice(0, 16)
  return `${clientId.replace(/[^\w-]/g, "_").slice(0, 40)}-${digest}`
}

/**
 * Keeps each session in an append-only journal of its own: `<client identifier>-<digest>.journal`.
 * Every commit is flushed to the disk before it counts; what comes up during one flush shares the
 * next. The journal is checksummed and compacted. A last record that a crash has torn is dropped, as
 * nobody was told that it is durable; any other damage makes `open` fail with reason `Corrupt`.
 *
 * One process at a time holds a session, by a lock file; the lock of a dead process is recovered. The
 * processes have to see each other: they run on one machine, and not in separate containers.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { FileSessionStore, NodeMqttClient } from "@effect-mqtt/connection/node"
 * import { Effect, Layer } from "effect"
 *
 * const MqttLive = NodeMqttClient.layer({
 *   url: "mqtt://localhost",
 *   clientId: "meter-7",
 *   sessionExpiry: "7 days"
 * }).pipe(Layer.provide(FileSessionStore.layer({ directory: "./mqtt-sessions" })))
 *
 * // What was not acknowledged when the program stopped is sent when it starts again.
 * export const program = Effect.flatMap(
 *   MqttClient.MqttClient,
 *   (client) => client.publish("meter/7", "21.5", { qos: 2 })
 * ).pipe(Effect.provide(MqttLive))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  { directory, maxBytes = journal.defaultMaxBytes }: Options
): Layer.Layer<SessionStore.SessionStore> =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.as(demandBound("maxBytes", maxBytes), {
      durability: SessionStore.durable,
      open: (clientId) =>
        Effect.gen(function*() {
          yield* Effect.tryPromise({
            try: () => mkdir(directory, { recursive: true, mode: 0o700 }),
            catch: (cause) => new StoreError({ reason: "Io", cause })
          })
          const path = join(directory, fileName(clientId))
          yield* sessionLock.acquire(`${path}.lock`)
          const file = yield* journalFile.make(`${path}.journal`)
          return journal.make(file, file.records, maxBytes)
        })
    })
  )
