import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { randomBytes } from "@noble/hashes/utils.js"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import type { CloudSchedule } from "../../CloudSchedulesTrait.ts"
import { decode as decodeSchedules } from "../../CloudSchedulesTrait.ts"
import type { HomeData, HomeDetail, HomeRoom } from "../../HomeData.ts"
import * as HomeDataModule from "../../HomeData.ts"
import { authorization } from "../../RequestSignature.ts"
import { type AuthError, ConnectError } from "../../RoborockError.ts"
import type { Routine } from "../../Routine.ts"
import { decode as decodeRoutines } from "../../Routine.ts"
import type { UserData } from "../../UserData.ts"
import * as log from "../log.ts"
import { shownText } from "../shownText.ts"
import { isRecord, numberField } from "../v1/json.ts"
import { exchange, type Limits } from "./exchange.ts"
import { baseUrlOf, clientIdOf, type Context, dataOf } from "./login.ts"
import { codeOf, failureOf } from "./resultCodes.ts"

/** The home of the account: the cheapest request that proves a login, and the id that all others need. */
export const homeDetail = (
  context: Context,
  userData: UserData
): Effect.Effect<HomeDetail, AuthError | ConnectError> =>
  exchange(
    context.client,
    "login API",
    HttpClientRequest.get(`${baseUrlOf(context, userData).replace(/\/+$/, "")}/api/v1/getHomeDetail`).pipe(
      HttpClientRequest.setHeaders({
        accept: "application/json",
        authorization: Redacted.value(userData.token),
        header_clientid: clientIdOf(context, userData)
      })
    ),
    context.limits
  ).pipe(
    Effect.flatMap((answer) => dataOf(answer)),
    Effect.flatMap((data) => {
      const homeId = isRecord(data) ? numberField(data, "rrHomeId") : undefined
      const name = isRecord(data) ? data["name"] : undefined
      return homeId === undefined
        ? new ConnectError({ reason: "BadAnswer", service: "login API", retryable: true })
        : Effect.succeed({ homeId, name: typeof name === "string" ? shownText(name) : undefined })
    })
  )

const freshNonce = Effect.sync(() => Encoding.encodeBase64Url(randomBytes(6)))

/** A signed request; gives the `result`. Each one has a nonce of its own, because replays are refused. */
const signed = (
  client: HttpClient.HttpClient,
  limits: Limits,
  userData: UserData,
  path: string,
  method: "GET" | "POST" = "GET"
): Effect.Effect<unknown, AuthError | ConnectError> =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const nonce = yield* freshNonce
    const signature = authorization(userData.rriot, { path, timestamp: Math.floor(now / 1000), nonce })
    const answer = yield* exchange(
      client,
      "home API",
      HttpClientRequest.make(method)(userData.rriot.r.a.replace(/\/+$/, "") + path).pipe(
        HttpClientRequest.setHeaders({ accept: "application/json", authorization: Redacted.value(signature) })
      ),
      limits
    )
    const { success } = answer.json
    const good = success === true || success === undefined && codeOf(answer) === 200
    return good ? answer.json["result"] : yield* failureOf(answer, "home API")
  })

export const rooms = (
  { client, limits }: Context,
  userData: UserData,
  homeId: number
): Effect.Effect<ReadonlyArray<HomeRoom>, AuthError | ConnectError> =>
  Effect.map(signed(client, limits, userData, `/user/homes/${homeId}/rooms`), HomeDataModule.decodeRooms)

export const sharedRooms = (
  { client, limits }: Context,
  userData: UserData,
  duid: string
): Effect.Effect<ReadonlyArray<HomeRoom>, AuthError | ConnectError> =>
  Effect.map(
    signed(client, limits, userData, `/user/deviceshare/query/${encodeURIComponent(duid)}/rooms`),
    HomeDataModule.decodeRooms
  )

export const routines = (
  { client, limits }: Context,
  userData: UserData,
  homeId: number
): Effect.Effect<ReadonlyArray<Routine>, AuthError | ConnectError> =>
  Effect.map(signed(client, limits, userData, `/user/scene/home/${homeId}`), decodeRoutines)

export const runRoutine = (
  { client, limits }: Context,
  userData: UserData,
  id: number
): Effect.Effect<void, AuthError | ConnectError> =>
  Effect.asVoid(signed(client, limits, userData, `/user/scene/${id}/execute`, "POST"))

export const schedules = (
  { client, limits }: Context,
  userData: UserData,
  duid: string
): Effect.Effect<ReadonlyArray<CloudSchedule>, AuthError | ConnectError> =>
  Effect.flatMap(signed(client, limits, userData, `/user/devices/${encodeURIComponent(duid)}/jobs`), (result) => {
    const found = decodeSchedules(result)
    return found === undefined
      ? new ConnectError({ reason: "BadAnswer", service: "home API", retryable: true })
      : Effect.succeed(found)
  })

/** Version 3 lists all kinds of devices, but leaves the rooms of some accounts out; then `askRooms` asks for them. */
export const homeData = (
  context: Context,
  userData: UserData,
  homeId: number,
  askRooms: Effect.Effect<ReadonlyArray<HomeRoom>, AuthError | ConnectError>
): Effect.Effect<HomeData, AuthError | ConnectError> =>
  Effect.gen(function*() {
    const result = yield* signed(context.client, context.limits, userData, `/v3/user/homes/${homeId}`)
    if (!isRecord(result)) {
      return yield* new ConnectError({ reason: "BadAnswer", service: "home API", retryable: true })
    }
    const home = HomeDataModule.decode(result)
    for (const entry of home.ignored) yield* log.warning(`home data: left out ${entry}`)
    if (home.rooms.length > 0 || home.devices.length === 0) return home
    return yield* askRooms.pipe(
      Effect.match({
        onFailure: () => home,
        onSuccess: (found) => HomeDataModule.decode({ ...result, rooms: found })
      })
    )
  })
