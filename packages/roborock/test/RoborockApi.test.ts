import { RequestSignature, RoborockApi, UserData } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Fiber, Inspectable, Layer, Redacted, TestClock } from "effect"
import { loginAnswer, ok, refused, type Script, scriptedCloud } from "./scriptedCloud.ts"

const email = "ada@example.com"
const password = Redacted.make("hunter2")

const withCloud = <A, E>(
  script: Script,
  use: (api: RoborockApi.RoborockApi["Type"], seen: ReturnType<typeof scriptedCloud>["seen"]) => Effect.Effect<A, E>,
  options?: RoborockApi.Options
) => {
  const cloud = scriptedCloud(script)
  return Effect.flatMap(RoborockApi.RoborockApi, (api) => use(api, cloud.seen)).pipe(
    Effect.provide(Layer.provide(RoborockApi.layer(options), cloud.layer))
  )
}

const region = ok({ url: "https://euiot.roborock.com", country: "DE", countrycode: 49 })
const nowhere = ok({ url: "", country: null, countrycode: null })

/** A cloud whose account lives in the European region. */
const european: Script = ({ origin, path }) =>
  path.endsWith("/getUrlByEmail") ? (origin.includes("euiot") ? region : nowhere) : ok(loginAnswer)

describe("login with a password", () => {
  it.effect("asks the regions in turn and logs in where the account lives", () =>
    withCloud(european, (api, seen) =>
      Effect.gen(function*() {
        const userData = yield* api.login({ email, password })
        assert.deepStrictEqual(seen.map(({ origin, path }) => origin + path), [
          "https://usiot.roborock.com/api/v1/getUrlByEmail",
          "https://euiot.roborock.com/api/v1/getUrlByEmail",
          "https://euiot.roborock.com/api/v1/login"
        ])
        assert.strictEqual(seen[0]?.query["email"], email)
        assert.deepStrictEqual(seen[2]?.form, { username: email, password: "hunter2", needtwostepauth: "false" })
        assert.deepStrictEqual(seen[2]?.query, {})
        assert.strictEqual(Redacted.value(userData.token), "the-token")
        assert.strictEqual(userData.client?.baseUrl, "https://euiot.roborock.com")
      })))

  it.effect("sends the same client id each time, made of the account and the device identifier", () =>
    withCloud(european, (api, seen) =>
      Effect.gen(function*() {
        yield* api.login({ email: "user@domain.com", password })
        const ids = new Set(seen.map(({ headers }) => headers["header_clientid"]))
        assert.deepStrictEqual([...ids], ["DxMdrGCoXGWlwmGi8PQMsw=="])
      }), { deviceIdentifier: "dGVzdGRldmljZWlkMDE" }))

  for (const baseUrl of ["http://ada:s3cret@sim.test", "http://ada:s3cret@sim.test:port"]) {
    it.effect(`an address like ${baseUrl.replace("s3cret", "***")} is refused, and the error does not quote it`, () =>
      withCloud(european, (api, seen) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(api.login({ email, password }))
          assert.deepInclude(error, { _tag: "ConnectError", reason: "InvalidAddress", retryable: false })
          assert.notInclude(JSON.stringify(error) + Inspectable.toStringUnknown(error) + String(error.stack), "s3cret")
          assert.deepStrictEqual(seen, [])
        }), { baseUrl }))
  }

  it.effect("an address that is none is refused without its text", () =>
    withCloud(european, (api) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(api.login({ email, password }))
        assert.strictEqual(error.reason, "InvalidAddress")
        assert.isUndefined(error.cause)
      }), { baseUrl: "http://:s3cret" }))

  it.effect("uses only the base URL that was given", () =>
    withCloud(() => ok(loginAnswer), (api, seen) =>
      Effect.gen(function*() {
        yield* api.login({ email, password })
        assert.deepStrictEqual(seen.map(({ origin, path }) => origin + path), ["http://127.0.0.1:8080/api/v1/login"])
      }), { baseUrl: "http://127.0.0.1:8080/" }))

  const failing = (script: Script) =>
    withCloud(script, (api) => Effect.flip(api.login({ email, password })), { baseUrl: "http://sim.test" })

  for (
    const [code, tag, reason] of [
      [2012, "AuthError", "InvalidCredentials"],
      [2031, "AuthError", "TwoFactorRequired"],
      [2003, "AuthError", "InvalidEmail"],
      [2008, "AuthError", "AccountDoesNotExist"],
      [3006, "AuthError", "InvalidUserAgreement"],
      [3009, "AuthError", "NoUserAgreement"],
      [9002, "ConnectError", "TooManyRequests"],
      [1002, "ConnectError", "MissingParameters"]
    ] as const
  ) {
    it.effect(`result code ${code} is ${tag} ${reason}`, () =>
      Effect.gen(function*() {
        const error = yield* failing(() => refused(code))
        assert.strictEqual(error._tag, tag)
        assert.strictEqual(error.reason, reason)
        assert.strictEqual(error.code, code)
        assert.match(error.message, /^[A-Z].*\.|\)$/)
      }))
  }

  it.effect("a server that has no login at all does not say that the password is wrong", () =>
    Effect.gen(function*() {
      for (const reply of [{ status: 404, text: "Not Found" }, { status: 403, json: { message: "Forbidden" } }]) {
        const error = yield* failing(() => reply)
        assert.deepInclude(error, { _tag: "ConnectError", reason: "ApiError", code: reply.status })
      }
    }))

  it.effect("an empty address is refused without asking anybody", () =>
    withCloud(european, (api, seen) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(api.login({ email: " ", password }))
        assert.deepInclude(error, { _tag: "AuthError", reason: "InvalidEmail" })
        assert.lengthOf(seen, 0)
      })))

  it.effect("the words of the service are told where its code is not known, without what controls a terminal", () =>
    withCloud(
      ({ path }) => path.endsWith("/login") ? ok(loginAnswer) : { json: { code: 5001, msg: "busy\u001b[2J now" } },
      (api) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(Effect.flatMap(api.login({ email, password }), api.homeDetail))
          assert.strictEqual(error.reason, "ApiError")
          assert.include(error.message, "It says: \"busy [2J now\".")
        }),
      { baseUrl: "http://sim.test" }
    ))

  it.effect("an unreachable server is a ConnectError", () =>
    Effect.gen(function*() {
      const error = yield* failing(() => "unreachable")
      assert.strictEqual(error._tag, "ConnectError")
      assert.strictEqual(error.reason, "Unreachable")
      assert.strictEqual(
        error.message,
        "The login API of Roborock cannot be reached. Check the network connection."
      )
    }))

  it.effect("a silent server is a ConnectError after the time-out", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(failing(() => "hang"))
      yield* TestClock.adjust("20 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "ConnectError")
      assert.strictEqual(error.reason, "TimedOut")
    }))

  it.effect("garbage, a server error and a huge answer are ConnectErrors", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* failing(() => ({ text: "<html>" }))).reason, "BadAnswer")
      assert.strictEqual((yield* failing(() => ({ status: 502, text: "bad gateway" }))).reason, "Unavailable")
      assert.strictEqual((yield* failing(() => ok("x".repeat(9 * 1024 * 1024)))).reason, "BadAnswer")
    }))

  it.effect("an answer without the keys is an AuthError that shows none of it", () =>
    Effect.gen(function*() {
      const error = yield* failing(() => ok({ ...loginAnswer, rriot: { s: "very-secret" } }))
      assert.strictEqual(error.reason, "InvalidUserData")
      assert.notInclude(Inspectable.toStringUnknown(error), "very-secret")
    }))

  it.effect("no failure shows the password", () =>
    Effect.gen(function*() {
      for (const script of [() => refused(2012), () => "unreachable", () => ({ text: "<" })] as Array<Script>) {
        const error = yield* failing(script)
        const shown = Inspectable.toStringUnknown(error) + Cause.pretty(Cause.fail(error)) + JSON.stringify(error)
        assert.notInclude(shown, "hunter2")
      }
    }))

  it.effect("a region that cannot be reached is passed over", () =>
    withCloud(
      (request) => request.origin.includes("usiot") ? "unreachable" : european(request),
      (api) => Effect.map(api.login({ email, password }), (userData) => assert.strictEqual(userData.nickname, "Ada"))
    ))

  it.effect("an account that no region knows does not exist", () =>
    withCloud(() => nowhere, (api) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(api.login({ email, password }))
        assert.strictEqual(error.reason, "AccountDoesNotExist")
      })))
})

describe("login with a password where the older flow is refused", () => {
  for (const [code, status] of [[3006, 200], [3009, 200], [1002, 200], [404, 404]] as const) {
    it.effect(`${code}: the newer one is used, with the password sealed`, () =>
      withCloud(
        ({ path }) =>
          path.endsWith("/v1/login")
            ? { status, json: { code, msg: "no", data: null } }
            : path.endsWith("/key/sign")
            ? ok({ k: "DnNAYQHCVFIdHSKx" })
            : ok(loginAnswer),
        (api, seen) =>
          Effect.gen(function*() {
            const userData = yield* api.login({ email, password })
            assert.strictEqual(Redacted.value(userData.token), "the-token")
            const last = seen.at(-1)
            assert.strictEqual(last?.path, "/api/v4/auth/email/login/pwd")
            assert.deepStrictEqual(last?.form, {
              email,
              password: "V452LcagFIT2nSfTPfLuFQ==",
              majorVersion: "14",
              minorVersion: "0"
            })
            assert.strictEqual(last?.headers["x-mercy-k"], "DnNAYQHCVFIdHSKx")
          }),
        { baseUrl: "http://login.test" }
      ))
  }

  it.effect("what the newer one says is what counts", () =>
    withCloud(
      ({ path }) =>
        path.endsWith("/key/sign")
          ? ok({ k: "DnNAYQHCVFIdHSKx" })
          : refused(path.endsWith("/pwd") ? 2031 : 3006),
      (api) =>
        Effect.gen(function*() {
          assert.deepInclude(yield* Effect.flip(api.login({ email, password })), {
            _tag: "AuthError",
            reason: "TwoFactorRequired"
          })
        }),
      { baseUrl: "http://login.test" }
    ))
})

describe("routines", () => {
  const scenes = [
    {
      id: 7,
      name: "Everything",
      enabled: true,
      type: "WORKFLOW",
      param: JSON.stringify({ action: { type: "S", items: [{ entityId: "d1" }, { entityId: "d1" }] } })
    },
    { id: 8, name: "Broken", enabled: false, param: "{" },
    { name: "no id" }
  ]

  it.effect("are read, with the devices that take part, and run with a signed request", () =>
    withCloud(() => ({ json: { success: true, result: scenes } }), (api, seen) =>
      Effect.gen(function*() {
        const userData = yield* UserData.decode(loginAnswer)
        assert.deepStrictEqual(yield* api.routines(userData, 77), [
          { id: 7, name: "Everything", enabled: true, duids: ["d1"] },
          { id: 8, name: "Broken", enabled: false, duids: [] }
        ])
        yield* api.runRoutine(userData, 7)
        const run = seen.at(-1)
        assert.deepStrictEqual([run?.method, run?.path], ["POST", "/user/scene/7/execute"])
        assert.isDefined(
          RequestSignature.verify(userData.rriot, run?.headers["authorization"] ?? "", { path: run?.path ?? "" })
        )
      })))
})

describe("schedules that the cloud keeps", () => {
  const jobs = [
    { id: 11, cron: "0 9 * * *", repeated: true, enabled: true, param: JSON.stringify({ method: "start" }) },
    { id: "12", cron: "30 8 1 5 *", repeated: false, enabled: false, param: "every room" },
    { id: 13 },
    { cron: "0 9 * * *" },
    "nonsense"
  ]

  it.effect("are asked for with a signed request; entries that make no sense are left out", () =>
    withCloud(() => ({ json: { success: true, result: jobs } }), (api, seen) =>
      Effect.gen(function*() {
        const userData = yield* UserData.decode(loginAnswer)
        assert.deepStrictEqual(yield* api.schedules(userData, "d/1"), [
          { id: "11", enabled: true, cron: "0 9 * * *", repeated: true, param: { method: "start" } },
          { id: "12", enabled: false, cron: "30 8 1 5 *", repeated: false, param: "every room" }
        ])
        const asked = seen.at(-1)
        assert.deepStrictEqual([asked?.method, asked?.path], ["GET", "/user/devices/d%2F1/jobs"])
        assert.isDefined(
          RequestSignature.verify(userData.rriot, asked?.headers["authorization"] ?? "", { path: asked?.path ?? "" })
        )
      })))

  it.effect("an answer that is no list is none", () =>
    withCloud(() => ({ json: { success: true, result: {} } }), (api) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(api.schedules(yield* UserData.decode(loginAnswer), "d1"))
        assert.deepInclude(error, { _tag: "ConnectError", reason: "BadAnswer" })
      })))
})

describe("login with an e-mail code", () => {
  const code = Effect.succeed(" 123456 ")

  it.effect("sends the code, asks for it, then signs and logs in", () =>
    withCloud(
      (request) => request.path.endsWith("/key/sign") ? ok({ k: "DnNAYQHCVFIdHSKx" }) : european(request),
      (api, seen) =>
        Effect.gen(function*() {
          let before = 0
          const asked = Effect.suspend(() => {
            before = seen.length
            return code
          })
          yield* api.login({ email, code: asked })
          const paths = seen.map(({ path }) => path)
          assert.deepStrictEqual(paths.slice(2), [
            "/api/v4/email/code/send",
            "/api/v3/key/sign",
            "/api/v4/auth/email/login/code"
          ])
          assert.strictEqual(before, 3)
          assert.deepStrictEqual(seen[2]?.form, { email, type: "login", platform: "" })
          assert.deepStrictEqual(seen[4]?.form, {
            country: "DE",
            countryCode: "49",
            email,
            code: "123456",
            majorVersion: "14",
            minorVersion: "0"
          })
          assert.strictEqual(seen[4]?.headers["x-mercy-k"], "DnNAYQHCVFIdHSKx")
          assert.strictEqual(seen[4]?.headers["x-mercy-ks"], seen[3]?.query["s"])
          assert.match(seen[3]?.query["s"] ?? "", /^[A-Za-z0-9]{16}$/)
        })
    ))

  it.effect("does not ask for a code that was not sent", () =>
    withCloud(
      (request) => request.path.endsWith("/code/send") ? refused(9002) : european(request),
      (api) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(api.login({ email, code: Effect.die("asked") }))
          assert.strictEqual(error.reason, "TooManyRequests")
        })
    ))

  it.effect("says that the code is wrong", () =>
    withCloud(
      (request) =>
        request.path.endsWith("/key/sign")
          ? ok({ k: "k" })
          : request.path.endsWith("/login/code")
          ? refused(2018)
          : european(request),
      (api) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(api.login({ email, code }))
          assert.strictEqual(error._tag, "AuthError")
          assert.strictEqual(error.reason, "InvalidCode")
        })
    ))

  it.effect("moves on once when the account lives in another region", () =>
    withCloud(
      ({ origin, path }) =>
        path.endsWith("/getUrlByEmail")
          ? ok({ url: origin, country: "US", countrycode: "1" })
          : path.endsWith("/key/sign")
          ? ok({ k: "k" })
          : path.endsWith("/code/send") && origin.includes("usiot")
          ? refused(3030)
          : ok(loginAnswer),
      (api, seen) =>
        Effect.gen(function*() {
          const userData = yield* api.login({ email, code })
          assert.strictEqual(userData.client?.baseUrl, "https://euiot.roborock.com")
          assert.deepStrictEqual(
            seen.filter(({ path }) => path.endsWith("/code/send")).map(({ origin }) => origin),
            ["https://usiot.roborock.com", "https://euiot.roborock.com"]
          )
        })
    ))

  it.effect("goes on from region to region, also where the servers name others than themselves", () =>
    withCloud(
      ({ origin, path }) =>
        path.endsWith("/getUrlByEmail")
          // The first one names the second, the second itself, the third the fourth.
          ? ok({
            url: origin.includes("cniot") ? "https://ruiot.roborock.com" : "https://euiot.roborock.com",
            country: "US",
            countrycode: "1"
          })
          : path.endsWith("/key/sign")
          ? ok({ k: "k" })
          : path.endsWith("/code/send") && origin.includes("euiot")
          ? refused(3030)
          : ok(loginAnswer),
      (api) =>
        Effect.gen(function*() {
          const userData = yield* api.login({ email, code })
          assert.strictEqual(userData.client?.baseUrl, "https://ruiot.roborock.com")
        })
    ))

  it.effect("an account that no region has after all does not exist", () =>
    withCloud(
      ({ origin, path }) =>
        path.endsWith("/getUrlByEmail") ? ok({ url: origin, country: "US", countrycode: "1" }) : refused(3030),
      (api, seen) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(api.login({ email, code }))
          assert.deepInclude(error, { _tag: "AuthError", reason: "AccountDoesNotExist" })
          assert.lengthOf(seen.filter(({ path }) => path.endsWith("/code/send")), 4)
        })
    ))

  it.effect("uses the older flow when the country is not known, or the newer one is not there", () =>
    Effect.gen(function*() {
      const older = ["/api/v1/sendEmailCode", "/api/v1/loginWithCode"]
      const noPrefix: Script = ({ path }) =>
        path.endsWith("/getUrlByEmail") ? ok({ url: "https://usiot.roborock.com", country: "US" }) : ok(loginAnswer)
      yield* withCloud(noPrefix, (api, seen) =>
        Effect.gen(function*() {
          yield* api.login({ email, code })
          assert.deepStrictEqual(seen.slice(1).map(({ path }) => path), older)
          assert.strictEqual(seen[2]?.query["verifycode"], "123456")
        }))
      yield* withCloud(
        (request) => request.path.includes("/v4/") ? { status: 404, text: "not here" } : european(request),
        (api, seen) =>
          Effect.gen(function*() {
            yield* api.login({ email, code })
            assert.deepStrictEqual(seen.slice(3).map(({ path }) => path), older)
          })
      )
    }))
})

const userData = Effect.runSync(UserData.decode(loginAnswer))
const revoked = { code: "auth.err", msg: "auth.err.invalid.token", status: "UNAUTHORIZED" }

describe("home", () => {
  it.effect("stored credentials log in without a request", () =>
    withCloud(() => "unreachable", (api, seen) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* api.login({ userData }), userData)
        assert.lengthOf(seen, 0)
      })))

  it.effect("home detail goes to the region of the login, with the bare token", () =>
    withCloud(() => ok({ rrHomeId: 77, name: "Home", tuyaHomeId: 0 }), (api, seen) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* api.homeDetail(userData), { homeId: 77, name: "Home" })
        assert.strictEqual(seen[0]?.origin, "https://euiot.roborock.com")
        assert.strictEqual(seen[0]?.headers["authorization"], "the-token")
      })))

  it.effect("a token that is not accepted any more is an AuthError", () =>
    Effect.gen(function*() {
      const wordless = ["", "<html>", "\"no\""].map((text) => ({ status: 401, text }))
      const replies = [refused(2010), refused(401), refused(1, "invalid token"), { status: 401, json: revoked }]
      for (const reply of [...replies, ...wordless]) {
        const error = yield* withCloud(() => reply, (api) => Effect.flip(api.homeDetail(userData)))
        assert.strictEqual(error._tag, "AuthError")
        assert.strictEqual(error.reason, "SessionRevoked")
      }
    }))

  it.effect("home data is signed, with a nonce of its own each time", () =>
    withCloud(() => ({ json: { success: true, code: 200, result: { id: 77, rooms: [{ id: 1, name: "Kitchen" }] } } }), (
      api,
      seen
    ) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(1_700_000_000_000)
        yield* api.homeData(userData, 77)
        yield* api.homeData(userData, 77)
        const nonces = seen.map(({ headers, origin, path }) => {
          assert.strictEqual(origin + path, "https://home.test/v3/user/homes/77")
          const signed = RequestSignature.verify(userData.rriot, headers["authorization"] ?? "", { path })
          assert.strictEqual(signed?.timestamp, 1_700_000_000)
          return signed?.nonce
        })
        assert.notStrictEqual(nonces[0], nonces[1])
      })))

  it.effect("asks for the rooms when home data has none, and lives without", () =>
    Effect.gen(function*() {
      const devices = [{ duid: "d", localKey: "k", pv: "1.0" }]
      const home = (rooms: Script): Script => (request) =>
        request.path.endsWith("/rooms") ? rooms(request) : { json: { success: true, result: { devices } } }
      const found = yield* withCloud(
        home(() => ({ json: { success: true, result: [{ id: 5, name: "Bath" }] } })),
        (api) => api.homeData(userData, 77)
      )
      assert.deepStrictEqual(found.rooms, [{ id: 5, name: "Bath" }])
      const without = yield* withCloud(home(() => "unreachable"), (api) => api.homeData(userData, 77))
      assert.deepStrictEqual(without.rooms, [])
      assert.lengthOf(without.devices, 1)
    }))

  const refusedAt = (stamp: string | undefined, date?: string) =>
    withCloud(
      () => ({
        status: 401,
        json: { ...revoked, ...(stamp === undefined ? {} : { timestamp: stamp }) },
        ...(date === undefined ? {} : { headers: { date } })
      }),
      (api) => Effect.flip(api.homeData(userData, 77))
    )

  it.effect("a wrong clock is no reason to log in again", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.parse("2023-05-21T17:00:00Z"))
      const stamped = yield* refusedAt("2023-05-21T16:52:09.163+00:00")
      assert.strictEqual(stamped._tag, "ConnectError")
      assert.strictEqual(stamped.reason, "ClockSkew")
      assert.include(stamped.message, "471 s ahead")
      const dated = yield* refusedAt(undefined, "Sun, 21 May 2023 18:00:00 GMT")
      assert.strictEqual(dated.reason, "ClockSkew")
      assert.include(dated.message, "3600 s behind")
    }))

  it.effect("with a right clock the same answer means a revoked login", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.parse("2023-05-21T16:52:30Z"))
      assert.strictEqual((yield* refusedAt("2023-05-21T16:52:09.163+00:00")).reason, "SessionRevoked")
      assert.strictEqual((yield* refusedAt(undefined)).reason, "SessionRevoked")
    }))

  it.effect("rooms of shared devices have other field names", () =>
    withCloud(
      () => ({ json: { success: true, result: [{ roomId: 9, name: "Attic" }, { nonsense: 1 }] } }),
      (api, seen) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* api.sharedRooms(userData, "a/b"), [{ id: 9, name: "Attic" }])
          assert.strictEqual(seen[0]?.path, "/user/deviceshare/query/a%2Fb/rooms")
        })
    ))
})
