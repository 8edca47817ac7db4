import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("sound", () => {
  it.scoped("has a volume and a voice pack", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        get_sound_volume: [74],
        get_current_sound: [{ sid_in_use: 122, sid_version: 1, language: "en" }]
      })
      const sound = yield* trait("sound")
      assert.strictEqual(yield* sound.volume, 74)
      assert.deepStrictEqual(yield* (yield* trait("voice")).pack, { id: 122, version: 1, language: "en" })
      yield* sound.setVolume(0)
      assert.deepStrictEqual(calls().at(-1), ["change_sound_volume", [0]])
      assert.strictEqual(yield* reasonOf(sound.setVolume(101)), "InvalidArgument")
    }))
})
