import { DiscoveryBroadcast, LocalNetwork, RoborockApi, RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Redacted, type Scope, Stream, TestClock } from "effect"
import { Fault, Simulator } from "../src/index.ts"
import { withSession } from "./support/session.ts"

const login = Effect.gen(function*() {
  const { account, baseUrl } = yield* Simulator.Simulator
  const api = yield* RoborockApi.make({ baseUrl })
  return yield* api.login({ email: account.email, password: account.password })
})

const running = <A, E>(
  program: Effect.Effect<A, E, Effect.Effect.Context<typeof login> | LocalNetwork.LocalNetwork | Scope.Scope>
) => Effect.scoped(Effect.provide(program, Simulator.layer()))

const opened = Effect.gen(function*() {
  const { inject, robots: [robot] } = yield* Simulator.Simulator
  const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Living room")
  assert.isDefined(robot)
  return { inject, robot, vacuum, raw: yield* vacuum.trait("raw") }
})

const route = (vacuum: Effect.Effect.Success<typeof opened>["vacuum"]) =>
  Effect.map(vacuum.route.get, ({ _tag }) => _tag)

const inCloud: Simulator.Options = { robots: [{ name: "Living room", localVersion: "none" }] }

describe("faults of the web API", () => {
  it.effect("a status, a code and broken JSON are refusals with reasons of their own", () =>
    running(Effect.gen(function*() {
      const { inject } = yield* Simulator.Simulator
      const reasonWith = (fault: Fault.Fault) =>
        Effect.scoped(Effect.zipRight(inject(fault), Effect.flip(login))).pipe(Effect.map(({ reason }) => reason))
      assert.strictEqual(yield* reasonWith(Fault.webStatus(502)), "Unavailable")
      assert.strictEqual(yield* reasonWith(Fault.webCode(9002, "too many requests")), "TooManyRequests")
      assert.strictEqual(yield* reasonWith(Fault.webMalformed()), "BadAnswer")
      assert.isString(Redacted.value((yield* login).token), "it is over with its scope")
    })))

  it.effect("a slow answer comes, later", () =>
    running(Effect.gen(function*() {
      const { inject } = yield* Simulator.Simulator
      yield* inject(Fault.webSlow("5 seconds", { times: 1 }))
      const waiting = yield* Effect.fork(login)
      yield* TestClock.adjust("4 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* TestClock.adjust("1 second")
      assert.isString(Redacted.value((yield* Fiber.join(waiting)).token))
    })))

  it.effect("happens to the paths and as often as said", () =>
    running(Effect.gen(function*() {
      const { inject } = yield* Simulator.Simulator
      yield* inject(Fault.webStatus(500, { path: "/v3", times: 1 }))
      const { account, baseUrl } = yield* Simulator.Simulator
      const api = yield* RoborockApi.make({ baseUrl })
      const userData = yield* api.login({ email: account.email, password: account.password })
      const { homeId } = yield* api.homeDetail(userData)
      assert.strictEqual((yield* Effect.flip(api.homeData(userData, homeId))).reason, "Unavailable")
      assert.strictEqual((yield* api.homeData(userData, homeId)).name, account.homeName)
    })))
})

describe("faults of the cloud", () => {
  it.effect("what is lost, late or noise is no answer, and the next one is", () =>
    withSession(
      inCloud,
      Effect.gen(function*() {
        const { inject, raw } = yield* opened
        const ask = raw.request("get_serial_number", [])
        const reasonWith = (fault: Fault.Fault) =>
          Effect.scoped(Effect.zipRight(inject(fault), Effect.flip(ask))).pipe(Effect.map(({ reason }) => reason))
        assert.strictEqual(yield* reasonWith(Fault.cloudDropped()), "TimedOut")
        assert.strictEqual(yield* reasonWith(Fault.cloudGarbage()), "TimedOut")
        assert.strictEqual(yield* reasonWith(Fault.cloudDelayed("11 seconds")), "TimedOut")
        yield* Effect.scoped(Effect.zipRight(inject(Fault.cloudDelayed("3 seconds")), ask))
        yield* Effect.scoped(Effect.zipRight(inject(Fault.cloudDropped({ device: "somebody else" })), ask))
      })
    ), 20_000)
})

describe("faults of the home network", () => {
  for (const trouble of ["silent", "close", "badChecksum", "garbage"] as const) {
    it.effect(`${trouble}: the answer comes through the cloud`, () =>
      withSession(
        {},
        Effect.gen(function*() {
          const { inject, raw, vacuum } = yield* opened
          yield* Effect.sleep("5 seconds")
          assert.strictEqual(yield* route(vacuum), "Local")
          const ask = Effect.zipRight(inject(Fault.local(trouble)), raw.request("get_serial_number", []))
          const nowhere = Effect.scoped(Effect.zipRight(inject(Fault.cloudDropped()), ask))
          assert.isTrue(Exit.isFailure(yield* Effect.exit(nowhere)))
          yield* Effect.scoped(ask)
        })
      ), 20_000)
  }

  it.effect("robots are not heard of while that is the fault", () =>
    running(Effect.gen(function*() {
      const { inject, robots: [robot] } = yield* Simulator.Simulator
      const { datagrams } = yield* LocalNetwork.LocalNetwork
      const heard = Effect.gen(function*() {
        const listening = yield* Effect.fork(
          datagrams(DiscoveryBroadcast.port).pipe(Stream.runHead, Effect.timeoutOption("2 minutes"))
        )
        yield* TestClock.adjust("2 minutes")
        return Option.flatten(yield* Fiber.join(listening))
      })
      assert.isTrue(Option.isNone(yield* Effect.scoped(Effect.zipRight(inject(Fault.discoveryUnheard()), heard))))
      assert.strictEqual(Option.getOrUndefined(yield* heard)?.from, robot?.host)
    })))
})
