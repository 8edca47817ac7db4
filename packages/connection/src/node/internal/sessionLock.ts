/**
 * A lock file, held by one process at a time. It names its owner: the process, and when it began, so
 * that a lock whose owner was killed is recovered, even when another process has got its number.
 */
import * as Effect from "effect/Effect"
import { globalValue } from "effect/GlobalValue"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { link, readFile, rename, rm, writeFile } from "node:fs/promises"
import { StoreError } from "../../MqttError.ts"

interface Owner {
  readonly pid: number
  /** When the process began, by the boot of the machine; empty where that cannot be known. */
  readonly began: string
  /** Tells a process from an earlier one with the same number. */
  readonly token: string
}

const token = globalValue("@effect-mqtt/connection/node/sessionLock/token", randomUUID)

const io = (cause: unknown) => new StoreError({ reason: "Io", cause })

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

/** Linux tells it; elsewhere the number of the process has to do. */
const beganOf = async (pid: number): Promise<string> => {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8")
    const stat = await readFile(`/proc/${pid}/stat`, "utf8")
    // The name of the program, which may hold anything, ends with the last parenthesis.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`
  } catch {
    return ""
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return codeOf(cause) !== "ESRCH"
  }
}

const parse = (text: string): Owner | undefined => {
  const [pid, began, owner] = text.split("\n")
  return owner === undefined || !/^\d+$/.test(pid ?? "")
    ? undefined
    : { pid: Number(pid), began: began ?? "", token: owner }
}

const isAlive = async (owner: Owner): Promise<boolean> => {
  if (owner.token === token) return true
  if (owner.pid === process.pid || !isRunning(owner.pid)) return false
  const began = await beganOf(owner.pid)
  return began === "" || owner.began === "" || began === owner.began
}

const readOwner = async (path: string): Promise<Owner | "gone" | undefined> => {
  try {
    return parse(await readFile(path, "utf8"))
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return "gone"
    throw cause
  }
}

/** Says whether this process has it now. */
const tryLock = async (path: string): Promise<boolean> => {
  const own = `${path}.${randomUUID()}`
  await writeFile(own, [process.pid, await beganOf(process.pid), token].join("\n"))
  try {
    // Unlike creating it, this makes it appear with its content.
    await link(own, path)
    return true
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") throw cause
    return false
  } finally {
    await rm(own, { force: true })
  }
}

/** Takes a lock away whose owner is dead; only one process can rename it. */
const takeAway = async (path: string): Promise<void> => {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return
    throw cause
  }
  const owner = await readOwner(aside)
  // Another process was faster, and this is its new lock: it goes back.
  if (owner !== undefined && owner !== "gone" && (await isAlive(owner))) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

const attempts = 3

/** Who holds it, if that is not this caller from now on. */
const lock = async (path: string): Promise<string | undefined> => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await tryLock(path)) return undefined
    const owner = await readOwner(path)
    if (owner === "gone") continue
    // A lock without an owner was not made by this module, or is damaged: nobody holds it.
    if (owner !== undefined && (await isAlive(owner))) {
      return owner.token === token ? "this process" : `process ${owner.pid}`
    }
    await takeAway(path)
  }
  return "one process after the other"
}

/** Holds the lock until the scope closes; fails with reason `InUse` while another owner is alive. */
export const acquire = (path: string): Effect.Effect<void, StoreError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(
      Effect.tryPromise({ try: () => lock(path), catch: io }),
      (holder) =>
        holder === undefined
          ? Effect.void
          : new StoreError({ reason: "InUse", cause: new Error(`${holder} holds ${path}`) })
    ),
    () => Effect.promise(() => rm(path, { force: true }).catch(() => {}))
  )
