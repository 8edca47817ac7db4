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

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

const failed = (method: string, path: string, cause: unknown): SystemError => {
  const code = codeOf(cause)
  return new SystemError({
    reason: code === "ENOENT" ? "NotFound" : code === "EACCES" || code === "EPERM" ? "PermissionDenied" : "Unknown",
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

/**
 * The files of a directory, one for each key. The directory and the files are made with no rights for others; a value is
 * replaced as a whole or not at all, also when the machine goes down meanwhile.
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
    return KeyValueStore.make({
      get: (key) => orMissing(onFile("get", pathOf(key), () => Fs.readFile(pathOf(key), "utf8"))),
      getUint8Array: (key) =>
        orMissing(onFile("get", pathOf(key), async () => Uint8Array.from(await Fs.readFile(pathOf(key))))),
      set: (key, value) => {
        const path = pathOf(key)
        return onFile("set", path, async () => {
          await Fs.mkdir(directory, { recursive: true, mode: ownerOnly.directory })
          const temporary = temporaryOf(path)
          try {
            await Fs.writeFile(temporary, value, { mode: ownerOnly.file, flag: "wx", flush: true })
            await Fs.rename(temporary, path)
          } catch (cause) {
            await Fs.rm(temporary, { force: true })
            throw cause
          }
        })
      },
      remove: (key) => remove(pathOf(key)),
      // With what a program left that was ended while it wrote.
      clear: Effect.flatMap(
        namesOf((file) => /\.(kept|new)$/.test(file)),
        (files) => Effect.forEach(files, (name) => remove(Path.join(directory, name)), { discard: true })
      ),
      size: Effect.map(namesOf((file) => file.endsWith(".kept")), (files) => files.length)
    })
  })
