import { RrMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, TestClock } from "effect"
import { smallHome } from "./mapBytes.ts"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3)
const key = { n: "00aa", e: "010001" }

describe("photos", () => {
  it.scoped("are fetched by the id that the map has, with the key of the device", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({ get_random_pkey: { pub_key: key }, get_photo: jpeg })
      const photos = yield* trait("photos")
      const [obstacle] = Either.getOrThrow(RrMap.parse(smallHome())).obstacles
      const photo = yield* photos.fetch(obstacle?.photoId ?? "")
      assert.deepStrictEqual(photo, { image: jpeg, mediaType: "image/jpeg" })
      const [, [method, params] = []] = calls()
      assert.strictEqual(method, "get_photo")
      assert.deepInclude(params, {
        security: { pub_key: key, cipher_suite: 0 },
        data_filter: { img_id: "PHOTO0000000001A", type: 1 }
      })
      assert.hasAllKeys(params, ["security", "data_filter", "endpoint", "nonce"])
    }))

  it.scoped("are switched on and off without a change of other settings", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({ get_camera_status: [0b11] })
      const photos = yield* trait("photos")
      assert.isFalse(yield* photos.enabled)
      yield* photos.setEnabled(true)
      assert.deepStrictEqual(calls().at(-1), ["set_camera_status", [0b100_0000_0011]])
      const { calls: others, trait: other } = yield* vacuumWith({ get_camera_status: [0b1_0100_0000_0001] })
      assert.isTrue(yield* (yield* other("photos")).enabled)
      yield* (yield* other("photos")).setEnabled(false)
      assert.deepStrictEqual(others().at(-1), ["set_camera_status", [0b1_0000_0000_0001]])
    }))

  it.scoped("what cannot be fetched says why", () =>
    Effect.gen(function*() {
      const failureWith = (answers: Readonly<Record<string, unknown>>, id = "PHOTO0000000001A") =>
        Effect.flatMap(vacuumWith(answers), ({ trait }) =>
          Effect.flatMap(trait("photos"), (photos) => reasonOf(photos.fetch(id))))
      const pkey = { get_random_pkey: [{ pub_key: key }] }
      assert.strictEqual(yield* failureWith({}), "UnknownMethod")
      assert.strictEqual(yield* failureWith({ get_random_pkey: ["strange"] }), "BadAnswer")
      assert.strictEqual(yield* failureWith(pkey), "UnknownMethod")
      assert.strictEqual(yield* failureWith({ ...pkey, get_photo: Uint8Array.of(1, 2, 3) }), "BadAnswer")
      assert.strictEqual(yield* failureWith({ ...pkey, get_photo: jpeg }, ""), "InvalidArgument")
    }))

  it.scoped("are there only where obstacles are recognized", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({}, { model: "roborock.vacuum.a38" })
      const { message } = yield* Effect.flip(trait("photos"))
      assert.match(message, /this model has no recognition of obstacles/)
    }))

  it.scoped("the time-out covers the key and the photo", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ get_random_pkey: { pub_key: key }, get_photo: ["ok"] })
      const waiting = yield* Effect.fork(reasonOf((yield* trait("photos")).fetch("PHOTO0000000001A")))
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), "TimedOut")
    }))
})
