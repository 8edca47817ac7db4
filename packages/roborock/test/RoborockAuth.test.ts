import { Broker } from "@effect-mqtt/broker"
import { CloudChannel, RoborockApi, RoborockAuth, RoborockError, TokenStore, UserData } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, TestClock } from "effect"
import { loginAnswer, ok, scriptedCloud } from "./scriptedCloud.ts"
import { makeSetClock } from "./setClock.ts"

const loginWith = (token: string, session = token) =>
  Effect.runSync(
    UserData.decode({ ...loginAnswer, token, rriot: { ...loginAnswer.rriot, s: session } })
  )
const revoked = new RoborockError.AuthError({ reason: "SessionRevoked" })
const email = "ada@example.com"
const credentials = { email, password: Redacted.make("hunter2") }
const tokenOf = ({ token }: UserData.UserData) => Redacted.value(token)

/** A login API that gives a new token each time, and the number of logins. */
const issuing = () => {
  const cloud = scriptedCloud(({ path }) =>
    path.endsWith("/login") ? ok({ ...loginAnswer, token: `issued-${cloud.seen.length}` }) : ok(null)
  )
  const layer = RoborockApi.layer({ baseUrl: "http://login.test" }).pipe(
    Layer.provide(cloud.layer),
    Layer.merge(Layer.provideMerge(TokenStore.layer, KeyValueStore.layerMemory))
  )
  return { logins: () => cloud.seen.length, layer }
}

describe("a login that is refused", () => {
  it.effect("is replaced by the one that another program has made meanwhile, without another entry in the account", () => {
    const { layer, logins } = issuing()
    return Effect.gen(function*() {
      const auth = yield* RoborockAuth.make(credentials)
      const first = yield* auth.userData
      yield* (yield* TokenStore.TokenStore).set(email, loginWith("of-the-other"))
      assert.strictEqual(tokenOf(yield* auth.renew(first, revoked)), "of-the-other")
      assert.strictEqual(logins(), 1)
      const refusedToo = yield* auth.userData
      assert.strictEqual(tokenOf(yield* auth.renew(refusedToo, revoked)), "issued-2")
      assert.strictEqual(tokenOf(yield* auth.renew(refusedToo, revoked)), "issued-2")
      assert.strictEqual(yield* Effect.flip(auth.renew(yield* auth.userData, revoked)), revoked)
      assert.strictEqual(logins(), 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is renewed for the next one who asks when the first gave up waiting", () =>
    Effect.gen(function*() {
      let logins = 0
      const api = yield* RoborockApi.make({ baseUrl: "http://login.test" })
      const slow: RoborockApi.RoborockApi["Type"] = {
        ...api,
        login: () => Effect.delay(Effect.sync(() => loginWith(`issued-${++logins}`)), "10 seconds")
      }
      yield* (yield* TokenStore.TokenStore).set(email, loginWith("kept"))
      const auth = yield* Effect.provideService(RoborockAuth.make(credentials), RoborockApi.RoborockApi, slow)
      const kept = yield* auth.userData
      const impatient = yield* Effect.fork(Effect.timeout(auth.renew(kept, revoked), "5 seconds"))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.await(impatient)
      const patient = yield* Effect.fork(auth.renew(kept, revoked))
      yield* TestClock.adjust("10 seconds")
      const renewed = yield* Fiber.join(patient)
      assert.strictEqual(tokenOf(renewed), "issued-1")
      assert.strictEqual(yield* Effect.flip(auth.renew(renewed, revoked)), revoked)
    }).pipe(Effect.provide(Layer.merge(issuing().layer, scriptedCloud(() => ok(null)).layer))))

  it.effect("is renewed once an hour, whatever the time of day is set to meanwhile", () => {
    const { layer } = issuing()
    return Effect.gen(function*() {
      const { clock, set } = yield* makeSetClock
      yield* Effect.gen(function*() {
        yield* (yield* TokenStore.TokenStore).set(email, loginWith("kept"))
        const auth = yield* RoborockAuth.make(credentials)
        const renewed = yield* auth.renew(yield* auth.userData, revoked)
        yield* set(86_400_000)
        assert.strictEqual(yield* Effect.flip(auth.renew(renewed, revoked)), revoked)
        yield* set(-2 * 86_400_000)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(tokenOf(yield* auth.renew(renewed, revoked)), "issued-2")
      }).pipe(Effect.withClock(clock), Effect.provide(layer))
    })
  })

  it.effect("and was given is replaced by what is found then, if anything", () =>
    Effect.gen(function*() {
      const given = loginWith("given")
      let found: UserData.UserData | undefined = given
      const auth = yield* RoborockAuth.make({ userData: given, newer: Effect.sync(() => found) })
      assert.strictEqual(yield* Effect.flip(auth.renew(given, revoked)), revoked)
      found = loginWith("later")
      assert.strictEqual(tokenOf(yield* auth.renew(given, revoked)), "later")
      // Who learns of it later waits for nothing: the one that was refused is not in use any more.
      yield* auth.replaced(given)
    }).pipe(Effect.provide(issuing().layer)))

  it.scoped("is not tried again by the cloud connection for hours, but at once when there is another", () => {
    const given = loginWith("given")
    const later = loginWith("later", "another-session")
    let found = given
    let attempts = 0
    let mayEnter = false
    const authenticate = () => {
      attempts++
      return mayEnter || "NotAuthorized"
    }
    return Effect.gen(function*() {
      const auth = yield* RoborockAuth.make({ userData: given, newer: Effect.sync(() => found) })
      const cloud = yield* Effect.provideService(CloudChannel.make(), RoborockAuth.RoborockAuth, auth)
      assert.strictEqual((yield* Effect.flip(cloud.send("d1", Uint8Array.of(1))))._tag, "AuthError")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Effect.flip(cloud.send("d1", Uint8Array.of(1))))._tag, "AuthError")
      assert.strictEqual(attempts, 1)
      found = later
      mayEnter = true
      yield* TestClock.adjust("31 seconds")
      yield* cloud.send("d1", Uint8Array.of(1))
      assert.strictEqual(attempts, 2)
    }).pipe(Effect.provide(Layer.merge(Broker.layerMemory({ authenticate }), issuing().layer)))
  })
})
