import { SessionStore } from "@effect-mqtt/connection"
import { FileSessionStore } from "@effect-mqtt/connection/node"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeRandom, makeWorld, stepAtRandom } from "../durableRun.ts"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** What a run of the model has on its disk, after each of its commits and crashes, and what the file has. */
const run = (seed: number) =>
  Effect.gen(function*() {
    const path = yield* directory
    const open = Effect.gen(function*() {
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(
        Effect.flatMap(SessionStore.SessionStore, (store) => store.open("c")).pipe(
          Effect.provide(FileSessionStore.layer({ directory: path }))
        ),
        scope
      )
      return { scope, store }
    })
    const random = makeRandom(seed)
    const world = makeWorld(random)
    let { scope, store } = yield* open
    let known = new Map<string, Uint8Array>()
    let restarts = 0
    for (let step = 0; step < 400; step++) {
      const { session } = world.program()
      stepAtRandom(world, random, false)
      const changes = [
        ...Array.from(world.disk, ([key, value]) => ({ key, value })).filter(({ key, value }) =>
          known.get(key) !== value
        ),
        ...Array.from(known.keys()).filter((key) => !world.disk.has(key)).map((key) => ({ key, value: undefined }))
      ]
      if (changes.length > 0) yield* store.commit(changes)
      known = new Map(world.disk)
      if (session === world.program().session) continue
      // The program was killed, maybe in the middle of its next commit.
      restarts++
      yield* Scope.close(scope, Exit.void)
      const [journal = ""] = readdirSync(path).filter((file) => file.endsWith(".journal"))
      if (random(2) === 0) appendFileSync(join(path, journal), Uint8Array.of(0, 0, 0, 40 + random(40), random(256)))
      ;({ scope, store } = yield* open)
      assert.deepStrictEqual(new Map(store.records), known)
    }
    yield* Scope.close(scope, Exit.void)
    return restarts
  }).pipe(Effect.scoped)

it.live("a session that is restarted at random finds in its file what the model has on its disk", () =>
  Effect.gen(function*() {
    let restarts = 0
    for (let seed = 1; seed <= 6; seed++) restarts += yield* run(seed)
    assert.isAbove(restarts, 6)
  }))
