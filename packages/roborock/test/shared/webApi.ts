import { HomeData, RoborockApi, Routine, UserData } from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { Effect, Layer, Redacted, TestClock } from "effect"
import { loginAnswer, ok, type Reply, scriptedCloud, type Seen } from "../scriptedCloud.ts"
import { type Checks, json } from "./sharedFiles.ts"

/** Has the client use a cloud with these answers, by path; any other path is answered like a login. */
const withAnswers = <A, E>(
  answers: Readonly<Record<string, Reply>>,
  use: (
    api: RoborockApi.RoborockApi["Type"],
    userData: UserData.UserData,
    seen: ReadonlyArray<Seen>
  ) => Effect.Effect<A, E>
): Effect.Effect<void> => {
  const cloud = scriptedCloud(({ path }) => answers[path] ?? ok(loginAnswer))
  return Effect.gen(function*() {
    const api = yield* RoborockApi.RoborockApi
    yield* use(api, yield* UserData.decode(loginAnswer), cloud.seen)
  }).pipe(Effect.provide(Layer.provide(RoborockApi.layer(), cloud.layer)), Effect.orDie)
}

const file = (name: string): Reply => ({ json: json(`fixtures/web-api/${name}.json`) })

interface Step {
  readonly name: string
  readonly path: string
  readonly expected_response: unknown
}

/** A step of the recorded start of the app. */
const recorded = (wanted: string): Readonly<Record<string, Reply>> =>
  Object.fromEntries(
    json<{ readonly requests: ReadonlyArray<Step> }>("fixtures/web-api/app-start-sequence.json").requests
      .filter(({ name }) => name === wanted)
      .map(({ expected_response: answer, path }) => [path, { json: answer }])
  )

/** Answers of the web API. */
export const webApi: Checks = {
  "get-home-detail.json": () =>
    withAnswers({ "/api/v1/getHomeDetail": file("get-home-detail") }, (api, userData) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* api.homeDetail(userData), { homeId: 123_456, name: "My Home" })
      })),
  "get-url-by-email.json": () =>
    withAnswers({ "/api/v1/getUrlByEmail": file("get-url-by-email") }, (api, _, seen) =>
      Effect.gen(function*() {
        yield* api.login({ email: "ada@example.com", password: Redacted.make("hunter2") })
        assert.deepStrictEqual(seen.map(({ origin, path }) => origin + path), [
          "https://usiot.roborock.com/api/v1/getUrlByEmail",
          "https://usiot.roborock.com/api/v1/login"
        ])
      })),
  "auth-error.json": () =>
    withAnswers(
      { "/v3/user/homes/5": { ...file("auth-error"), status: 401 } },
      (api, userData) =>
        Effect.gen(function*() {
          yield* TestClock.setTime(Date.parse("2023-05-21T16:52:30Z"))
          assert.deepInclude(yield* Effect.flip(api.homeData(userData, 5)), {
            _tag: "AuthError",
            reason: "SessionRevoked"
          })
          // The same answer, and another clock: then nobody has to log in again.
          yield* TestClock.setTime(Date.parse("2023-05-21T17:52:30Z"))
          assert.deepInclude(yield* Effect.flip(api.homeData(userData, 5)), {
            _tag: "ConnectError",
            reason: "ClockSkew"
          })
        })
    ),
  "nc-prepare.json": () =>
    // Pairing is not for clients: what there is to see is the envelope of a signed answer.
    withAnswers({ "/v3/user/homes/5": file("nc-prepare") }, (api, userData) =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* api.homeData(userData, 5)).devices, [])
      })),
  "app-start-sequence.json: home data": () =>
    withAnswers(recorded("get_home_data"), (api, userData) =>
      Effect.gen(function*() {
        const home = yield* api.homeData(userData, 424_242)
        assert.deepStrictEqual(home.ignored, [])
        assert.deepStrictEqual(home.devices.map(({ model, name, unsupported }) => [name, model, unsupported]), [
          ["Anon Qrevo MaxV", "roborock.vacuum.a87", undefined],
          ["Anon S7", "roborock.vacuum.a15", undefined]
        ])
        assert.deepStrictEqual(home.rooms.map(({ name }) => name), ["Living Room", "Kitchen", "Hallway"])
      })),
  "app-start-sequence.json: routines": () =>
    withAnswers(recorded("get_home_scenes"), (api, userData) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* api.routines(userData, 424_242), [
          { id: 900_001, name: "After Dinner", enabled: true, duids: ["anon-device-qrevo"] },
          { id: 900_002, name: "Morning Refresh", enabled: true, duids: ["anon-device-qrevo"] }
        ])
      })),
  "scenes.json": () => {
    assert.deepStrictEqual(Routine.decode(json("fixtures/home-data/scenes.json")), [
      { id: 1_234_567, name: "My plan", enabled: true, duids: ["EEEEEEEEEEEEEE"] }
    ])
  },
  "home.json, as an answer": () => {
    const home = json("fixtures/home-data/home.json")
    const answer = { json: { api: null, code: 200, result: home, status: "ok", success: true } }
    return withAnswers({ "/v3/user/homes/5": answer }, (api, userData) =>
      Effect.gen(function*() {
        const { devices, rooms } = yield* api.homeData(userData, 5)
        assert.deepStrictEqual(devices, HomeData.decode(home).devices)
        assert.lengthOf(rooms, 3)
      }))
  }
}
