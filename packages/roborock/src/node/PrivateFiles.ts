/**
 * A `KeyValueStore` of files that only their owner can read: for logins and device keys.
 *
 * @since 0.1.0
 */
import { SystemError } from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { randomBytes } from "node:crypto"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as keptJson from "../internal/keptJson.ts"
import { withLock } from "./internal/fileLock.ts"

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

const reasons: ReadonlyMap<string, SystemError["reason"]> = new Map([
  ["ENOENT", "NotFound"],
  ["EEXIST", "AlreadyExists"],
  ["EACCES", "PermissionDenied"],
  ["EPERM", "PermissionDenied"]
])

const failed = (method: string, path: string, cause: unknown): SystemError => {
  const code = codeOf(cause)
  return new SystemError({
    reason: typeof code === "string" ? reasons.get(code) ?? "Unknown" : "Unknown",
    module: "KeyValueStore",
    method,
    pathOrDescriptor: path,
    cause
  })
}

const onFile = <A>(method: string, path: string, use: () => Promise<A>): Effect.Effect<A, SystemError> =>
  Effect.tryPromise({ try: use, catch: (cause) => failed(method, path, cause) })

const orMissing = <A>(self: Effect.Effect<A, SystemError>): Effect.Effect<Option.Option<A>, SystemError> =>
  self.pipe(
    Effect.map(Option.some),
    Effect.catchIf(({ reason }) => reason === "NotFound", () => Effect.succeed(Option.none<A>()))
  )

const ownerOnly = { file: 0o600, directory: 0o700 }

/** No two writers share one: programs that keep things in the same directory would mix their halves. */
const temporaryOf = (path: string) => `${path}.${randomBytes(6).toString("hex")}.new`

const lockFiles = {
  create: (path: string, holder: string) =>
    onFile("modify", path, async () => {
      const file = await Fs.open(path, "wx", ownerOnly.file)
      try {
        await file.writeFile(holder)
      } catch (cause) {
        await Fs.rm(path, { force: true })
        throw cause
      } finally {
        await file.close()
      }
    }),
  read: (path: string) =>
    Effect.map(orMissing(onFile("modify", path, () => Fs.readFile(path, "utf8"))), Option.getOrUndefined),
  remove: (path: string) => onFile("modify", path, () => Fs.rm(path, { force: true }))
}

/**
 * The files of a directory, one for each key. The directory and the files are created without rights for others; a value
 * is replaced as a whole or not at all, even if the machine goes down meanwhile. Programs that share the directory wait
 * for each other in `modify`, so that none loses what another has changed.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (directory: string): Layer.Layer<KeyValueStore.KeyValueStore> =>
  Layer.sync(KeyValueStore.KeyValueStore, () => {
    const pathOf = (key: string) => Path.join(directory, `${encodeURIComponent(key).replaceAll(".", "%2E")}.kept`)
    const namesOf = (isOurs: (file: string) => boolean) =>
      orMissing(onFile("size", directory, () => Fs.readdir(directory))).pipe(
        Effect.map(Option.match({ onNone: () => [], onSome: (files) => files.filter(isOurs) }))
      )
    const remove = (path: string) => onFile("remove", path, () => Fs.rm(path, { force: true }))
    const get = (key: string) => orMissing(onFile("get", pathOf(key), () => Fs.readFile(pathOf(key), "utf8")))
    const getUint8Array = (key: string) =>
      orMissing(
        onFile("get", pathOf(key), async (): Promise<Uint8Array> => new Uint8Array(await Fs.readFile(pathOf(key))))
      )
    const makeDirectory = (method: string) =>
      onFile(method, directory, () => Fs.mkdir(directory, { recursive: true, mode: ownerOnly.directory }))
    const set = (key: string, value: string | Uint8Array) => {
      const path = pathOf(key)
      const written = onFile("set", path, async () => {
        const temporary = temporaryOf(path)
        try {
          await Fs.writeFile(temporary, value, { mode: ownerOnly.file, flag: "wx", flush: true })
          await Fs.rename(temporary, path)
        } catch (cause) {
          await Fs.rm(temporary, { force: true })
          throw cause
        }
      })
      return Effect.zipRight(makeDirectory("set"), written)
    }
    // A write goes on when its fiber does not: the lock is given back behind it.
    const locked = <A>(key: string, change: Effect.Effect<A, SystemError>) =>
      withLock(lockFiles, `${pathOf(key)}.lock`)(Effect.uninterruptible(change))
    /** Reads and writes with the lock of the key; what is not there, and so what has no directory, needs none. */
    const modified = <A extends string | Uint8Array>(
      read: (key: string) => Effect.Effect<Option.Option<A>, SystemError>
    ) =>
    (key: string, f: (value: A) => A) => {
      const replaced = (value: A) => {
        const next = f(value)
        return Effect.as(set(key, next), next)
      }
      const found = Effect.flatMap(
        read(key),
        Option.match({ onNone: () => Effect.succeedNone, onSome: (value) => Effect.asSome(replaced(value)) })
      )
      return Effect.flatMap(read(key), (before) => Option.isNone(before) ? Effect.succeedNone : locked(key, found))
    }
    const upsert: keptJson.Abilities["upsert"] = (key, f) => {
      const replaced = Effect.flatMap(get(key), (found) => set(key, f(Option.getOrUndefined(found))))
      return Effect.zipRight(makeDirectory("modify"), locked(key, replaced))
    }
    /** With what a program left that was ended while it wrote. */
    const clear = (isGone: (file: string) => boolean) =>
      Effect.flatMap(
        namesOf((file) => /\.(kept|new|lock)$/.test(file) && isGone(file)),
        (files) => Effect.forEach(files, (name) => remove(Path.join(directory, name)), { discard: true })
      )
    const store = KeyValueStore.make({
      get,
      getUint8Array,
      set,
      modify: modified(get),
      modifyUint8Array: modified(getUint8Array),
      remove: (key) => remove(pathOf(key)),
      clear: clear(() => true),
      size: Effect.map(namesOf((file) => file.endsWith(".kept")), (files) => files.length)
    })
    // A file that is replaced at this moment has its lock and its next value beside it.
    const clearBut = (key: string) => clear((file) => !file.startsWith(Path.basename(pathOf(key))))
    return keptJson.withAbilities(store, { upsert, clearBut })
  })
