import { UserData } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Inspectable, Redacted } from "effect"
import { loginAnswer } from "./scriptedCloud.ts"

const userData = Effect.runSync(UserData.decode(loginAnswer))

describe("UserData", () => {
  it.effect("survives storage, with fields that are not known", () =>
    Effect.gen(function*() {
      const stored: unknown = JSON.parse(JSON.stringify(UserData.encode(userData)))
      assert.deepInclude(stored, { token: "the-token", tuyaDeviceState: 2 })
      const again = yield* UserData.decode(stored)
      assert.strictEqual(Redacted.value(again.rriot.h), "hmac1")
    }))

  it.effect("optional fields of other types are left out", () =>
    Effect.gen(function*() {
      const odd = yield* UserData.decode({ ...loginAnswer, nickname: 7, region: null, countrycode: 49 })
      assert.strictEqual(odd.nickname, undefined)
      assert.strictEqual(odd.countrycode, "49")
    }))

  it("shows no secrets", () => {
    const shown = Inspectable.toStringUnknown(userData) + JSON.stringify(userData) + String(userData)
    for (const secret of ["the-token", "session1", "hmac1", "qiCNieZa"]) assert.notInclude(shown, secret)
  })

  it.effect("damaged data fails typed", () =>
    Effect.gen(function*() {
      for (const json of [null, 1, "x", {}, { token: "" }, { ...loginAnswer, rriot: [] }]) {
        assert.isTrue(Either.isLeft(yield* Effect.either(UserData.decode(json))))
      }
    }))

  it.effect("a user id that means something in a topic is refused", () =>
    Effect.gen(function*() {
      for (const u of ["a/b", "#", "a+", "", " ", "a\u0000", "ü", "x".repeat(65)]) {
        const rriot = { ...loginAnswer.rriot, u }
        const error = yield* Effect.flip(UserData.decode({ ...loginAnswer, rriot }))
        assert.strictEqual(error.reason, "InvalidUserData")
      }
    }))
})
