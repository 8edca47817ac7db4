import { LoginFields, MqttCredentials, RequestSignature } from "@effect-mqtt/roborock"
import { HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Redacted, TestClock } from "effect"
import { Account, type Cloud, Sessions, WebApi } from "../src/index.ts"
import { fromHttpApp } from "../src/internal/memory/httpClient.ts"

const baseUrl = "http://cloud.test"

type Json = Record<string, unknown>

const makeCloud = (options?: Partial<Cloud.Cloud>) =>
  Effect.gen(function*() {
    const account = yield* Account.make({ roomNames: ["Kitchen", "Hallway"], robotNames: ["Robot"] })
    const sessions = Sessions.make()
    const executed: Array<number> = []
    const duid = account.robots[0]?.duid ?? ""
    const app = WebApi.make({
      account,
      sessions,
      addresses: Effect.succeed({ baseUrl, mqttUrl: "tcp://127.0.0.1:1883" }),
      statusOf: () => Effect.succeed({ online: true, dataPoints: new Map([[121, 8]]) }),
      scenes: [{ id: 5, name: "Evening", duid, param: "{}", run: Effect.sync(() => executed.push(5)) }],
      schedulesOf: () => [],
      passwordLogin: true,
      ...options
    })
    const client = fromHttpApp(() => app, baseUrl)
    const send = (request: HttpClientRequest.HttpClientRequest) =>
      client.execute(request.pipe(HttpClientRequest.prependUrl(baseUrl))).pipe(
        Effect.flatMap((response) =>
          Effect.map(response.json, (json) => ({ status: response.status, json: json as Json }))
        )
      )
    const post = (path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      send(
        HttpClientRequest.post(path).pipe(
          HttpClientRequest.bodyUrlParams(form),
          HttpClientRequest.setHeaders(headers)
        )
      )
    const login = post("/api/v1/login", {
      username: account.email,
      password: Redacted.value(account.password),
      needtwostepauth: "false"
    }).pipe(
      Effect.map(({ json }) => json["data"] as Json & { token: string; rriot: Record<"u" | "s" | "h" | "k", string> })
    )
    const sign = (
      { h, s, u }: Record<"u" | "s" | "h", string>,
      path: string,
      more?: Partial<RequestSignature.SignedRequest>
    ) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        Redacted.value(RequestSignature.authorization(
          { u, s: Redacted.make(s), h: Redacted.make(h) },
          { path, timestamp: Math.floor(now / 1000), nonce: "nonce001", ...more }
        )))
    const signedGet = (path: string, authorization: string) =>
      send(HttpClientRequest.get(path).pipe(HttpClientRequest.setHeader("authorization", authorization)))
    return { account, client, executed, login, post, send, sessions, sign, signedGet }
  })

const codeOf = (answer: { readonly json: Json }) => answer.json["code"]

describe("WebApi", () => {
  it.effect("knows the region of its account, and of no other", () =>
    Effect.gen(function*() {
      const { account, post, send } = yield* makeCloud()
      const known = yield* post("/api/v1/getUrlByEmail", { email: account.email, needtwostepauth: "false" })
      assert.deepStrictEqual(known.json["data"], { url: baseUrl, country: "US", countrycode: "1" })
      const asQuery = yield* send(
        HttpClientRequest.post("/api/v1/getUrlByEmail").pipe(HttpClientRequest.setUrlParams({ email: account.email }))
      )
      assert.deepStrictEqual(asQuery.json, known.json)
      const unknown = yield* post("/api/v1/getUrlByEmail", { email: "nobody@example.com" })
      assert.deepInclude(unknown.json["data"], { country: null, countrycode: null })
      assert.strictEqual(codeOf(yield* post("/api/v1/getUrlByEmail", { email: "nobody" })), 2003)
      assert.strictEqual(codeOf(yield* post("/api/v1/getUrlByEmail")), 1001)
    }))

  it.effect("logs in with the password, and refuses a wrong one with HTTP 200", () =>
    Effect.gen(function*() {
      const { account, login, post, sessions } = yield* makeCloud()
      const data = yield* login
      assert.strictEqual(sessions.list().length, 1)
      assert.deepInclude(data.rriot as Json, {
        u: account.userId,
        r: { r: "US", a: baseUrl, m: "tcp://127.0.0.1:1883", l: baseUrl }
      })
      const refused = yield* post("/api/v1/login", { username: account.email, password: "wrong" })
      assert.strictEqual(refused.status, 200)
      assert.notStrictEqual(codeOf(refused), 200)
      assert.isNull(refused.json["data"])
      assert.strictEqual(sessions.list().length, 1)
    }))

  it.effect("asks for the second step where the account wants it", () =>
    Effect.gen(function*() {
      const { account, post } = yield* makeCloud({ passwordLogin: false })
      const form = { username: account.email, password: Redacted.value(account.password) }
      assert.strictEqual(codeOf(yield* post("/api/v1/login", form)), 2031)
    }))

  it.effect("logs in with a code from an e-mail, once and in time", () =>
    Effect.gen(function*() {
      const { account, post } = yield* makeCloud()
      const send = post("/api/v1/sendEmailCode", { username: account.email, type: "auth" })
      const use = (verifycode: string) =>
        Effect.map(post("/api/v1/loginWithCode", { username: account.email, verifycode }), codeOf)
      assert.strictEqual(yield* use(account.code), 2018)
      yield* send
      assert.strictEqual(yield* use("000000"), 2018)
      assert.strictEqual(yield* use(account.code), 200)
      assert.strictEqual(yield* use(account.code), 2018)
      yield* send
      yield* TestClock.adjust("16 minutes")
      assert.strictEqual(yield* use(account.code), 2018)
      assert.strictEqual(codeOf(yield* post("/api/v1/sendEmailCode", { username: "nobody@example.com" })), 2008)
    }))

  it.effect("logs in the current way: signing key, then code or encrypted password", () =>
    Effect.gen(function*() {
      const { account, post } = yield* makeCloud()
      yield* post("/api/v4/email/code/send", { email: account.email, type: "login", platform: "" })
      const signed = yield* post("/api/v3/key/sign?s=abcdefghijklmnop")
      const { k } = signed.json["data"] as { k: string }
      assert.strictEqual(k.length, 16)
      const headers = { "x-mercy-ks": "abcdefghijklmnop", "x-mercy-k": k }
      const agreement = { majorVersion: "14", minorVersion: "0" }
      const form = { country: "US", countryCode: "1", email: account.email, code: account.code, ...agreement }
      const path = "/api/v4/auth/email/login/code"
      assert.strictEqual(codeOf(yield* post(path, form)), 1002)
      assert.strictEqual(codeOf(yield* post(path, { ...form, country: "" }, headers)), 1002)
      assert.strictEqual(codeOf(yield* post(path, { ...form, code: "1" }, headers)), 2018)
      assert.strictEqual(codeOf(yield* post(path, form, headers)), 200)

      const encrypted = (password: Redacted.Redacted) => ({
        email: account.email,
        password: LoginFields.encryptPassword(password, Redacted.make(k)) ?? "",
        ...agreement
      })
      const byPassword = "/api/v4/auth/email/login/pwd"
      assert.strictEqual(codeOf(yield* post(byPassword, encrypted(account.password), headers)), 200)
      assert.notStrictEqual(codeOf(yield* post(byPassword, encrypted(Redacted.make("wrong")), headers)), 200)
    }))

  it.effect("gives the home id to who has a token, until logout", () =>
    Effect.gen(function*() {
      const { account, login, post, send } = yield* makeCloud()
      const { token } = yield* login
      const detail = (authorization: string) =>
        send(HttpClientRequest.get("/api/v1/getHomeDetail").pipe(HttpClientRequest.setHeaders({ authorization })))
      assert.deepInclude((yield* detail(token)).json["data"], { rrHomeId: account.home.id })
      assert.strictEqual(codeOf(yield* detail("wrong")), 2010)
      yield* post("/api/v1/logout", {}, { authorization: token })
      assert.strictEqual(codeOf(yield* detail(token)), 2010)
    }))

  it.effect("lists the home to who signs", () =>
    Effect.gen(function*() {
      const { account, login, sign, signedGet } = yield* makeCloud()
      const { rriot } = yield* login
      const path = `/v3/user/homes/${account.home.id}`
      const answer = yield* signedGet(path, yield* sign(rriot, path))
      assert.strictEqual(answer.json["success"], true)
      const home = answer.json["result"] as { devices: Array<Json>; rooms: Array<Json>; products: Array<Json> }
      assert.deepStrictEqual(home.rooms.map(({ name }) => name), ["Kitchen", "Hallway"])
      assert.deepStrictEqual(home.devices.map(({ name, pv }) => [name, pv]), [["Robot", "1.0"], [
        "Window cleaner",
        "C01"
      ]])
      for (const device of home.devices) assert.isTrue(home.products.some(({ id }) => id === device["productId"]))
      assert.deepStrictEqual(home.devices[0]?.["deviceStatus"], { 121: 8 })
      const older = `/user/homes/${account.home.id}`
      const old = yield* signedGet(older, yield* sign(rriot, older, { nonce: "n2" }))
      assert.strictEqual((old.json["result"] as { devices: Array<Json> }).devices.length, 1)
    }))

  it.effect("refuses bad signatures, replays and wrong clocks alike", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_700_000_000_000)
      const { account, login, sign, signedGet } = yield* makeCloud()
      const { rriot } = yield* login
      const path = `/user/homes/${account.home.id}/rooms`
      const good = yield* sign(rriot, path)
      const statusFor = (authorization: string) => Effect.map(signedGet(path, authorization), ({ status }) => status)
      assert.strictEqual(yield* statusFor(good), 200)
      const replayed = yield* signedGet(path, good)
      assert.strictEqual(replayed.status, 401)
      assert.deepStrictEqual(replayed.json, {
        code: "auth.err",
        msg: "auth.err.invalid.token",
        status: "UNAUTHORIZED",
        timestamp: "2023-11-14T22:13:20.000+00:00"
      })
      assert.strictEqual(yield* statusFor(""), 401)
      assert.strictEqual(yield* statusFor(yield* sign({ ...rriot, h: "wrong" }, path, { nonce: "n2" })), 401)
      assert.strictEqual(yield* statusFor(yield* sign({ ...rriot, s: "wrong" }, path, { nonce: "n3" })), 401)
      assert.strictEqual(yield* statusFor(yield* sign(rriot, "/other", { nonce: "n4" })), 401)
      assert.strictEqual(yield* statusFor(yield* sign(rriot, path, { nonce: "n5", timestamp: 1_699_999_000 })), 401)
      assert.strictEqual(yield* statusFor(yield* sign(rriot, path, { nonce: "n6" })), 200)
    }))

  it.effect("runs routines", () =>
    Effect.gen(function*() {
      const { account, executed, login, send, sign, signedGet } = yield* makeCloud()
      const { rriot } = yield* login
      const list = `/user/scene/device/${account.robots[0]?.duid}`
      const scenes = yield* signedGet(list, yield* sign(rriot, list))
      assert.deepStrictEqual((scenes.json["result"] as Array<Json>).map(({ id, name }) => [id, name]), [[5, "Evening"]])
      const path = "/user/scene/5/execute"
      const authorization = yield* sign(rriot, path, { nonce: "n2" })
      const ran = yield* send(HttpClientRequest.post(path).pipe(HttpClientRequest.setHeaders({ authorization })))
      assert.strictEqual(ran.json["success"], true)
      assert.deepStrictEqual(executed, [5])
    }))

  it.effect("has one MQTT user, and a password for each login", () =>
    Effect.gen(function*() {
      const { account, login, sessions } = yield* makeCloud()
      const { rriot } = yield* login
      const [session] = sessions.list()
      assert.isDefined(session)
      const { password, username } = Sessions.mqttCredentials(account, session)
      const { h: _, ...keys } = rriot
      const fromAnswer = MqttCredentials.make({
        u: keys.u,
        s: Redacted.make(keys.s),
        k: Redacted.make(keys.k),
        r: { m: "tcp://127.0.0.1:1" }
      })
      assert.isTrue(fromAnswer._tag === "Right" && fromAnswer.right.username === username)
      assert.isTrue(
        fromAnswer._tag === "Right" && Redacted.value(fromAnswer.right.password) === Redacted.value(password)
      )
      for (let count = 0; count < 40; count++) yield* login
      assert.strictEqual(sessions.list().length, Sessions.maxSessions)
    }))

  it.effect("cannot be reached under another address", () =>
    Effect.gen(function*() {
      const { client } = yield* makeCloud()
      const failure = yield* Effect.flip(HttpClient.withTracerPropagation(client, false).get("http://elsewhere.test/"))
      assert.strictEqual(failure._tag, "RequestError")
    }))
})
