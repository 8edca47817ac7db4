/**
 * A journal in a file: a header, then one frame for each commit, flushed before the commit counts.
 *
 * A crash can leave the last frame incomplete, and nothing else: it is cut off when the file is
 * opened. A bad frame with good ones behind it is damage that nobody may guess about. The file is
 * written anew beside the old one and takes its place in one step, so it is never half of either:
 * its first frame, the table as it was then, is whole in any case.
 */
import CRC32 from "crc-32"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import type { FileHandle } from "node:fs/promises"
import { open, readFile, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import * as batch from "../../internal/store/batch.ts"
import type { Medium } from "../../internal/store/journal.ts"
import { StoreError } from "../../MqttError.ts"
import type { Change } from "../../SessionStore.ts"

/** "EMQJ", the version of the format, the salt of the checksums, the checksum of all that. */
const headerBytes = 13
const checkedBytes = 9
const version = 1
const signature = Uint8Array.of(0x45, 0x4d, 0x51, 0x4a, version)

const io = (cause: unknown) => new StoreError({ reason: "Io", cause })

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, StoreError> =>
  Effect.tryPromise({ try: run, catch: (cause) => cause instanceof StoreError ? cause : io(cause) })

const corrupt = (where: string) => new StoreError({ reason: "Corrupt", cause: new Error(where) })

export interface JournalFile extends Medium {
  readonly records: Map<string, Uint8Array>
}

interface Content {
  readonly records: Map<string, Uint8Array>
  readonly salt: number
  /** Where the good part ends. */
  readonly length: number
}

const makeHeader = (salt: number): Uint8Array => {
  const header = new Uint8Array(headerBytes)
  header.set(signature)
  const view = new DataView(header.buffer)
  view.setUint32(5, salt)
  view.setInt32(checkedBytes, CRC32.buf(header.subarray(0, checkedBytes)))
  return header
}

const read = (bytes: Uint8Array): Content => {
  if (signature.some((byte, index) => bytes[index] !== byte)) throw corrupt("this is not a session journal")
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getInt32(checkedBytes) !== CRC32.buf(bytes.subarray(0, checkedBytes))) throw corrupt("damage in the header")
  const salt = view.getUint32(5)
  const records = new Map<string, Uint8Array>()
  let at = headerBytes
  for (let end = batch.frameEnd(bytes, at, salt); end !== undefined; end = batch.frameEnd(bytes, at, salt)) {
    batch.apply(bytes, at, end, records)
    at = end
  }
  const isLast = at > headerBytes && batch.nextFrame(bytes, at + 1, salt) === undefined
  if (at < bytes.length && !isLast) throw corrupt(`damage at byte ${at}`)
  return { records, salt, length: at }
}

const readIfThere = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(path)
  } catch (cause) {
    if (typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}

/** Makes the names in a folder durable; some platforms cannot, and need not be asked. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === "win32") return
  const folder = await open(dirname(path), "r")
  await folder.sync().finally(() => folder.close())
}

/** A disk that is nearly full takes a part, and says that it is full when it is asked to take the rest. */
const writeAll = async (file: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}

/** Writes a whole file and puts it in the place of the old one. */
const replace = async (path: string, salt: number, records: ReadonlyMap<string, Uint8Array>): Promise<number> => {
  const next = `${path}.next`
  const changes: ReadonlyArray<Change> = Array.from(records, ([key, value]) => ({ key, value }))
  const frame = batch.encode(changes, salt)
  const file = await open(next, "w", 0o600)
  try {
    await writeAll(file, makeHeader(salt), 0)
    await writeAll(file, frame, headerBytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, path)
  await syncFolder(path)
  return headerBytes + frame.length
}

/** Appends at a position and flushes. */
const append = async (file: FileHandle, frame: Uint8Array, position: number): Promise<void> => {
  await writeAll(file, frame, position)
  await file.datasync()
}

/** Opens the journal, or makes an empty one; the file is closed with the scope. */
export const make = (path: string): Effect.Effect<JournalFile, StoreError, Scope.Scope> =>
  Effect.gen(function*() {
    const bytes = yield* attempt(() => readIfThere(path))
    // A file that a crash has cut off inside its header never held anything.
    const isNew = bytes === undefined || bytes.length < headerBytes
    const content = isNew ? undefined : yield* attempt(async () => read(bytes))
    const records = content?.records ?? new Map<string, Uint8Array>()
    let salt = content?.salt ?? randomBytes(4).readUInt32BE()
    let end = content?.length ?? (yield* attempt(() => replace(path, salt, records)))
    let historyBytes = end

    let file: FileHandle | undefined
    const close = async () => {
      const opened = file
      file = undefined
      await opened?.close()
    }
    const reopen = async (): Promise<FileHandle> => {
      const opened = await open(path, "r+")
      file = opened
      await opened.truncate(end)
      return opened
    }
    yield* Effect.addFinalizer(() => Effect.promise(() => close().catch(() => {})))
    yield* attempt(() => rm(`${path}.next`, { force: true }))
    yield* attempt(reopen)

    return {
      records,
      append: (changes) =>
        attempt(async () => {
          const frame = batch.encode(changes, salt)
          await append(file ?? (await reopen()), frame, end)
          end += frame.length
          historyBytes += frame.length
        }),
      rewrite: (live) =>
        attempt(async () => {
          await close()
          salt = randomBytes(4).readUInt32BE()
          end = await replace(path, salt, live)
          historyBytes = 0
        }),
      historyBytes: () => historyBytes
    }
  })
