import type { SessionStore } from "@effect-mqtt/connection"
import { FileSessionStore } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import type { Layer, Scope } from "effect"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { commitAll, contract, put, stored } from "../sessionStoreContract.ts"

interface Place {
  readonly directory: string
  readonly layer: Layer.Layer<SessionStore.SessionStore>
  readonly file: (extension: "journal" | "lock" | "journal.next") => string
}

const place = (maxBytes = 10_000_000): Effect.Effect<Place, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    ),
    (path) => {
      const directory = join(path, "sessions")
      return {
        directory,
        layer: FileSessionStore.layer({ directory, maxBytes }),
        // "c" and the beginning of its SHA-256.
        file: (extension) => join(directory, `c-2e7d2c03a9507ae2.${extension}`)
      }
    }
  )

interface Writing {
  readonly write: (bytes: Uint8Array, offset: number, length: number, position: number) => Promise<unknown>
  readonly writev: (pieces: ReadonlyArray<Uint8Array>) => Promise<unknown>
}

/** From then on, as `write(2)` may, it takes less than it was given; gives what ends that. */
const takePartsOfWrites = async (): Promise<() => void> => {
  const handle = await open(process.execPath)
  await handle.close()
  const methods: Writing = Object.getPrototypeOf(handle)
  const { write, writev } = methods
  const partly: Writing = {
    write(bytes, offset, length, position) {
      return write.call(this, bytes, offset, Math.min(length, 1000), position)
    },
    writev(pieces) {
      return writev.call(this, pieces.slice(0, 1))
    }
  }
  Object.assign(methods, partly)
  return () => Object.assign(methods, { write, writev })
}

describe("FileSessionStore", () => {
  contract(Effect.map(place(10_000), ({ layer }) => layer))

  it.scopedLive("drops a last commit that a crash has torn at any byte, and goes on behind the others", () =>
    Effect.gen(function*() {
      const { file, layer } = yield* place()
      yield* Effect.provide(commitAll([[put("a", "1"), put("b", "2")]]), layer)
      const before = readFileSync(file("journal"))
      yield* Effect.provide(commitAll([[put("a", "3"), put("c", "4")]]), layer)
      const whole = readFileSync(file("journal"))
      for (let length = before.length; length < whole.length; length++) {
        writeFileSync(file("journal"), whole.subarray(0, length))
        assert.deepStrictEqual(yield* Effect.provide(stored(), layer), { a: "1", b: "2" })
      }
      // Space that was allotted and not written to.
      writeFileSync(file("journal"), Buffer.concat([whole.subarray(0, before.length + 5), Buffer.alloc(100)]))
      yield* Effect.provide(commitAll([[put("d", "5")]]), layer)
      assert.deepStrictEqual(yield* Effect.provide(stored(), layer), { a: "1", b: "2", d: "5" })
    }))

  it.scopedLive("damage at any other byte is an error, and nothing is changed", () =>
    Effect.gen(function*() {
      const { file, layer } = yield* place()
      yield* Effect.provide(commitAll([[put("a", "1")]]), layer)
      const damageable = statSync(file("journal")).size
      yield* Effect.provide(commitAll([[put("b", "2")]]), layer)
      const whole = readFileSync(file("journal"))
      for (let at = 0; at < damageable; at++) {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ 0x40
        writeFileSync(file("journal"), damaged)
        const error = yield* Effect.flip(Effect.provide(stored(), layer)).pipe(
          Effect.catchAll((records) => Effect.dieMessage(`byte ${at}: ${JSON.stringify(records)}`))
        )
        assert.strictEqual(error.reason, "Corrupt")
        assert.deepStrictEqual(readFileSync(file("journal")), damaged)
      }
    }))

  it.scopedLive("a journal within a value is no journal", () =>
    Effect.gen(function*() {
      const { file, layer } = yield* place()
      yield* Effect.provide(commitAll([[put("a", "1")]]), layer)
      const other = yield* place()
      yield* Effect.provide(commitAll([[put("b", "2")]]), other.layer)
      const frame = readFileSync(other.file("journal")).subarray(13)
      yield* Effect.provide(commitAll([[{ key: "c", value: frame }]]), layer)
      const whole = readFileSync(file("journal"))
      writeFileSync(file("journal"), whole.subarray(0, -1))
      assert.deepStrictEqual(yield* Effect.provide(stored(), layer), { a: "1" })
    }))

  it.scopedLive("the file does not grow with its history, and what a crash left of rewriting it is removed", () =>
    Effect.gen(function*() {
      const { directory, file, layer } = yield* place()
      const batches = Array.from({ length: 150 }, (_, index) => [put("a", `${index}`.repeat(1500))])
      yield* Effect.provide(commitAll(batches), layer)
      assert.isBelow(statSync(file("journal")).size, 1_000_000)
      writeFileSync(file("journal.next"), "half of a jour")
      assert.strictEqual((yield* Effect.provide(stored(), layer))["a"], "149".repeat(1500))
      assert.deepStrictEqual(readdirSync(directory), ["c-2e7d2c03a9507ae2.journal"])
    }))

  it.scopedLive("is written in full to a disk that takes a part of each write, as a disk does that is nearly full", () =>
    Effect.gen(function*() {
      const { layer } = yield* place()
      yield* Effect.acquireRelease(Effect.promise(takePartsOfWrites), (restore) => Effect.sync(restore))
      const batches = Array.from({ length: 100 }, (_, index) => [put("a", `${index}`.repeat(2000))])
      yield* Effect.provide(commitAll(batches), layer)
      assert.strictEqual((yield* Effect.provide(stored(), layer))["a"], "99".repeat(2000))
    }))

  it.scopedLive("a table that stands alone in its file was flushed as a whole: damage to it is an error, too", () =>
    Effect.gen(function*() {
      const { file, layer } = yield* place()
      // The last of them is one too many for the history.
      yield* Effect.provide(
        commitAll(Array.from({ length: 6 }, (_, index) => [put("a", `${index}`.repeat(50_000))])),
        layer
      )
      const whole = readFileSync(file("journal"))
      assert.isBelow(whole.length, 60_000)
      for (const length of [14, whole.length - 1]) {
        writeFileSync(file("journal"), whole.subarray(0, length))
        assert.strictEqual((yield* Effect.flip(Effect.provide(stored(), layer))).reason, "Corrupt")
      }
    }))

  it.scopedLive("recovers the lock of a process that is dead, and respects that of one that lives", () =>
    Effect.gen(function*() {
      const { directory, file, layer } = yield* place()
      yield* Effect.provide(commitAll([[put("a", "1")]]), layer)
      const dead = spawnSync(process.execPath, ["-e", ""]).pid
      const reused = [process.pid, "another boot 1", "another process"]
      const locks = [[dead, "", "another process"], [process.pid, "", "another process"], reused, ["nonsense"]]
      for (const lock of locks) {
        writeFileSync(file("lock"), lock.join("\n"))
        assert.deepStrictEqual(yield* Effect.provide(stored(), layer), { a: "1" })
      }
      writeFileSync(file("lock"), [process.ppid, "", "another process"].join("\n"))
      const refused = yield* Effect.flip(Effect.provide(stored(), layer))
      assert.strictEqual(refused.reason, "InUse")
      assert.include(refused.message, `: process ${process.ppid} holds ${file("lock")}`)
      assert.sameMembers(readdirSync(directory), ["c-2e7d2c03a9507ae2.journal", "c-2e7d2c03a9507ae2.lock"])
    }))

  it.scopedLive("of many that recover one lock, one gets it", () =>
    Effect.gen(function*() {
      const { file, layer } = yield* place()
      yield* Effect.provide(stored(), layer)
      const dead = spawnSync(process.execPath, ["-e", ""]).pid
      writeFileSync(file("lock"), [dead, "", "another process"].join("\n"))
      const attempts = Array.from({ length: 10 }, () =>
        Effect.either(Effect.zipLeft(stored(), Effect.sleep("50 millis"))))
      const results = yield* Effect.provide(Effect.all(attempts, { concurrency: "unbounded" }), layer)
      assert.isAtLeast(
        results.filter(({ _tag }) =>
          _tag === "Right"
        ).length,
        1
      )
    }))
})
