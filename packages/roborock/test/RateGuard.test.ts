import { RateGuard, RoborockApi, RoborockError, UserData } from "@effect-mqtt/roborock"
import { PrivateFiles } from "@effect-mqtt/roborock/node"
import { Error as PlatformError, KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Layer, Option, Redacted, TestClock } from "effect"
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeLockClock } from "./lockClock.ts"
import { loginAnswer, ok, refused, type Reply, scriptedCloud } from "./scriptedCloud.ts"

const userData = Effect.runSync(UserData.decode(loginAnswer))

const guarded = <A, E>(use: Effect.Effect<A, E, RateGuard.RateGuard | KeyValueStore.KeyValueStore>) =>
  Effect.provide(use, Layer.provideMerge(RateGuard.layer, KeyValueStore.layerMemory))

/** Calls until the guard says no; gives the number of calls that passed. */
const untilRefused = (kind: RateGuard.Kind, spacing: string) =>
  Effect.gen(function*() {
    const guard = yield* RateGuard.RateGuard
    for (let passed = 0; passed < 1000; passed++) {
      const outcome = yield* Effect.either(guard.admit(kind))
      if (outcome._tag === "Left") return { passed, error: outcome.left }
      yield* TestClock.adjust(spacing as "2 seconds")
    }
    return yield* Effect.dieMessage("never refused")
  })

describe("limits", () => {
  for (
    const [kind, spacing, passed, wait] of [
      ["homeData", "2 seconds", 3, 54_000],
      ["homeData", "5 minutes", 5, 35 * 60_000],
      ["homeData", "13 minutes", 40, 920 * 60_000],
      ["login", "2 minutes", 10, 40 * 60_000],
      ["login", "7 minutes", 20, 1300 * 60_000],
      ["code", "1 minute", 1, 14 * 60_000]
    ] as const
  ) {
    it.effect(`${kind} every ${spacing}: ${passed} calls, then the error says when the next may be made`, () =>
      guarded(Effect.gen(function*() {
        const { error, passed: calls } = yield* untilRefused(kind, spacing)
        const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        assert.strictEqual(calls, passed)
        assert.deepInclude(error, { reason: "TooManyRequests", nextTryAt: now + wait })
        assert.include(error.message, `Next try at ${DateTime.formatIso(DateTime.unsafeMake(now + wait))}.`)
        yield* TestClock.adjust(wait)
        yield* (yield* RateGuard.RateGuard).admit(kind)
      })))
  }

  it.effect("hold over a restart, and for all that share the store", () =>
    Effect.gen(function*() {
      for (let round = 0; round < 3; round++) {
        yield* Effect.provide(Effect.flatMap(RateGuard.RateGuard, (guard) => guard.admit("login")), RateGuard.layer)
        yield* TestClock.adjust("2 seconds")
      }
      const fourth = yield* Effect.provide(
        Effect.flip(Effect.flatMap(RateGuard.RateGuard, (guard) => guard.admit("login"))),
        RateGuard.layer
      )
      assert.strictEqual(fourth.reason, "TooManyRequests")
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.live("hold for programs that run at the same time on the same files", () =>
    Effect.gen(function*() {
      const directory = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "guards-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true }))
      )
      const program = Effect.provide(RateGuard.make(), PrivateFiles.layer(directory))
      const guards = [yield* program, yield* program, yield* program, yield* program]
      const atTheSameTime = <A>(
        ask: (guard: RateGuard.RateGuard["Type"], index: number) => Effect.Effect<A, unknown>
      ) =>
        Effect.withClock(
          Effect.forEach(guards, ask, { concurrency: "unbounded" }),
          makeLockClock(join(directory, "web-api-calls.kept.lock"))
        )
      const admitted = yield* atTheSameTime((guard) => Effect.isSuccess(guard.admit("rooms")))
      assert.lengthOf(admitted.filter((is) => is), 3)
      yield* atTheSameTime((guard, index) => index % 2 === 0 ? guard.refused("homeData") : guard.admit("routines"))
      const error = yield* Effect.flip((yield* program).admit("homeData"))
      assert.strictEqual(error.reason, "TooManyRequests")
    }).pipe(Effect.scoped))

  it.effect("outlive a logout, with which everything else goes", () =>
    Effect.gen(function*() {
      const store = yield* KeyValueStore.KeyValueStore
      yield* store.set("login", "secret")
      yield* (yield* RateGuard.make()).refused("login")
      yield* RateGuard.clearButCounts
      assert.isTrue(Option.isNone(yield* store.get("login")))
      assert.strictEqual((yield* Effect.flip((yield* RateGuard.make()).admit("login"))).nextTryAt, 3_600_000)
      yield* store.clear
      yield* RateGuard.clearButCounts
      assert.strictEqual(yield* store.size, 0)
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.live("outlive a logout on files, where a program that counts at the same time loses nothing", () =>
    Effect.gen(function*() {
      const directory = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "logout-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true }))
      )
      yield* Effect.gen(function*() {
        const store = yield* KeyValueStore.KeyValueStore
        yield* store.set("login", "secret")
        yield* (yield* RateGuard.make()).refused("login")
        const counts = join(directory, "web-api-calls.kept")
        const written = (yield* Effect.promise(() => stat(counts))).ino
        yield* Effect.promise(() => writeFile(`${counts}.0.new`, "half"))
        yield* RateGuard.clearButCounts
        assert.deepStrictEqual(
          (yield* Effect.promise(() => readdir(directory))).sort(),
          ["web-api-calls.kept", "web-api-calls.kept.0.new"]
        )
        // The same file: it was there all the time.
        assert.strictEqual((yield* Effect.promise(() => stat(counts))).ino, written)
        assert.strictEqual((yield* Effect.flip((yield* RateGuard.make()).admit("login"))).reason, "TooManyRequests")
      }).pipe(Effect.provide(PrivateFiles.layer(directory)))
    }).pipe(Effect.scoped))

  it.effect("a call that another program makes while this one waits for the counts is one before it", () =>
    Effect.gen(function*() {
      const memory = yield* KeyValueStore.KeyValueStore
      const modify: KeyValueStore.KeyValueStore["modify"] = (key, f) => Effect.delay(memory.modify(key, f), "2 seconds")
      const other = yield* RateGuard.make()
      const slow = yield* Effect.provideService(RateGuard.make(), KeyValueStore.KeyValueStore, { ...memory, modify })
      yield* other.admit("rooms")
      const waiting = yield* Effect.fork(slow.admit("rooms"))
      yield* TestClock.adjust("1 second")
      yield* other.admit("rooms")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(waiting)
      assert.deepInclude(yield* Effect.flip(other.admit("rooms")), { reason: "TooManyRequests", nextTryAt: 60_000 })
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.effect("that are stored hold where nothing more can be", () =>
    Effect.gen(function*() {
      const readOnly = new PlatformError.SystemError({
        reason: "PermissionDenied",
        module: "KeyValueStore",
        method: "modify"
      })
      const memory = yield* KeyValueStore.KeyValueStore
      yield* (yield* RateGuard.make()).refused("homeData")
      const guard = yield* Effect.provideService(
        RateGuard.make(),
        KeyValueStore.KeyValueStore,
        KeyValueStore.make({ ...memory, modify: () => Effect.fail(readOnly), set: () => Effect.fail(readOnly) })
      )
      yield* guard.admit("rooms")
      const error = yield* Effect.flip(guard.admit("homeData"))
      assert.deepInclude(error, { reason: "TooManyRequests", nextTryAt: 3_600_000 })
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.effect("hold for one program where nothing can be stored", () =>
    Effect.gen(function*() {
      const full = new PlatformError.SystemError({ reason: "Unknown", module: "KeyValueStore", method: "set" })
      const memory = yield* KeyValueStore.KeyValueStore
      const guard = yield* Effect.provideService(
        RateGuard.make(),
        KeyValueStore.KeyValueStore,
        KeyValueStore.make({ ...memory, modify: () => Effect.fail(full), set: () => Effect.fail(full) })
      )
      yield* guard.admit("code")
      assert.strictEqual((yield* Effect.flip(guard.admit("code"))).reason, "TooManyRequests")
      assert.strictEqual(yield* guard.nextTryAt("code"), 15 * 60_000)
      yield* guard.admit("rooms")
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.effect("a store with nonsense in it, or with times of a wrong clock, locks nobody out", () =>
    guarded(Effect.gen(function*() {
      const store = yield* KeyValueStore.KeyValueStore
      const guard = yield* RateGuard.RateGuard
      yield* store.set(
        "web-api-calls",
        "{\"login\":{\"calls\":[\"x\",9e15,9e15,9e15],\"blockedUntil\":9e15},\"home\":3}"
      )
      yield* guard.admit("login")
      yield* guard.admit("home")
    })))
})

describe("protect", () => {
  it.effect("what the service calls too much is not tried again for an hour, then two, up to a day", () =>
    guarded(Effect.gen(function*() {
      const cloud = scriptedCloud(() => refused(9002))
      const guard = yield* RateGuard.RateGuard
      const api = RateGuard.protect(
        yield* Effect.provide(RoborockApi.make({ baseUrl: "http://login.test" }), cloud.layer),
        guard
      )
      const login = Effect.flip(api.login({ email: "ada@example.com", password: Redacted.make("hunter2") }))
      for (const hours of [1, 2, 4]) {
        const error = yield* login
        const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        assert.deepInclude(error, { reason: "TooManyRequests", code: 9002, nextTryAt: now + hours * 3_600_000 })
        const { length } = cloud.seen
        const again = yield* login
        assert.isTrue(again instanceof RoborockError.ConnectError && again.nextTryAt !== undefined)
        assert.lengthOf(cloud.seen, length)
        yield* TestClock.adjust(`${hours} hours`)
      }
    })))

  it.effect("a code counts from when it was sent, not when the address was wrong or nobody could be asked", () =>
    guarded(Effect.gen(function*() {
      const guard = yield* RateGuard.RateGuard
      let answer: Reply | "unreachable" = refused(2008)
      const cloud = scriptedCloud(({ path }) => path.endsWith("/login/code") ? refused(2018) : answer)
      const api = RateGuard.protect(
        yield* Effect.provide(RoborockApi.make({ baseUrl: "http://login.test" }), cloud.layer),
        guard
      )
      const login = Effect.flip(api.login({ email: "ada@example.com", code: Effect.succeed("1") }))
      assert.strictEqual((yield* login).reason, "AccountDoesNotExist")
      yield* TestClock.adjust("2 seconds")
      answer = "unreachable"
      assert.strictEqual((yield* login).reason, "Unreachable")
      yield* TestClock.adjust("2 seconds")
      answer = ok({ url: "http://login.test", country: "DE", countrycode: "49", k: "key" })
      assert.strictEqual((yield* login).reason, "InvalidCode")
      const { length } = cloud.seen
      assert.deepInclude(yield* login, { reason: "TooManyRequests", nextTryAt: 4_000 + 15 * 60_000 })
      assert.lengthOf(cloud.seen, length)
      yield* TestClock.adjust("15 minutes")
      answer = { status: 502, text: "bad gateway" }
      assert.strictEqual((yield* login).reason, "Unavailable")
      assert.strictEqual((yield* login).reason, "TooManyRequests")
    })))

  it.effect("schedules are asked for six times a minute, and then not at all", () =>
    guarded(Effect.gen(function*() {
      const guard = yield* RateGuard.RateGuard
      const cloud = scriptedCloud(() => ({ json: { success: true, result: [] } }))
      const api = RateGuard.protect(yield* Effect.provide(RoborockApi.make(), cloud.layer), guard)
      for (let round = 0; round < 6; round++) yield* api.schedules(userData, "d1")
      const error = yield* Effect.flip(api.schedules(userData, "d1"))
      assert.deepInclude(error, { reason: "TooManyRequests", service: "home API", nextTryAt: 60_000 })
      assert.lengthOf(cloud.seen, 6)
    })))

  it.effect("rooms that home data leaves out are a call of their own, and one that is not admitted costs the rooms only", () =>
    guarded(Effect.gen(function*() {
      const guard = yield* RateGuard.RateGuard
      const cloud = scriptedCloud(({ path }) => ({
        json: {
          success: true,
          result: path.endsWith("/rooms")
            ? [{ id: 1, name: "Kitchen" }]
            : { devices: [{ duid: "d1", localKey: "key", pv: "1.0" }], rooms: [] }
        }
      }))
      const api = RateGuard.protect(yield* Effect.provide(RoborockApi.make(), cloud.layer), guard)
      yield* guard.admit("rooms")
      yield* guard.admit("rooms")
      assert.lengthOf((yield* api.homeData(userData, 1)).rooms, 1)
      yield* TestClock.adjust("2 seconds")
      const home = yield* api.homeData(userData, 1)
      assert.deepStrictEqual([home.rooms.length, home.devices.length], [0, 1])
      assert.lengthOf(cloud.seen.filter(({ path }) => path.endsWith("/rooms")), 1)
    })))

  it.effect("a stored login costs nothing", () =>
    guarded(Effect.gen(function*() {
      const guard = yield* RateGuard.RateGuard
      const cloud = scriptedCloud(() => ok({}))
      const api = RateGuard.protect(yield* Effect.provide(RoborockApi.make(), cloud.layer), guard)
      for (let round = 0; round < 50; round++) yield* api.login({ userData })
    })))
})
