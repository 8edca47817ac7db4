import * as RequestSignature from "@effect-mqtt/roborock/RequestSignature"
import * as HttpRouter from "@effect/platform/HttpRouter"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Cloud } from "../../Cloud.ts"
import { SignatureRefusal, signatureRefused, signedAnswer, signedNotFound } from "./answers.ts"
import { type Received, received } from "./fields.ts"
import { homeData } from "./homeData.ts"
import { makeNonces } from "./nonces.ts"

const maxSkewSeconds = 300
const maxNonces = 10_000

/** The signed API: home data, rooms, scenes and schedules (PROTOCOL 1.9 to 1.11). */
export const makeHomeRoutes = ({ account, scenes, schedulesOf, sessions, statusOf }: Cloud) => {
  const devices = [...account.robots, ...account.appliances]
  const nonces = makeNonces(2 * maxSkewSeconds, maxNonces)

  const checkSignature = (request: Received): Effect.Effect<void, SignatureRefusal> =>
    Effect.flatMap(Clock.currentTimeMillis, (timeMillis) => {
      const header = request.headers["authorization"] ?? ""
      const nowSeconds = timeMillis / 1000
      for (const session of sessions.list()) {
        const signed = RequestSignature.verify(
          { u: account.userId, s: session.secret, h: account.hawkKey },
          header,
          { path: request.path, query: request.query, form: request.form, json: request.json }
        )
        if (signed === undefined) continue
        const isNow = Math.abs(nowSeconds - signed.timestamp) <= maxSkewSeconds
        return isNow && nonces.use(signed.nonce, nowSeconds)
          ? Effect.void
          : Effect.fail(new SignatureRefusal({ timeMillis }))
      }
      return Effect.fail(new SignatureRefusal({ timeMillis }))
    })

  /** `undefined` from a handler means that there is no such thing. */
  const handle = (handler: (id: string) => Effect.Effect<unknown>) =>
    Effect.gen(function*() {
      const request = yield* received
      yield* checkSignature(request)
      const { id } = yield* HttpRouter.params
      const result = yield* handler(id ?? "")
      return result === undefined ? signedNotFound() : signedAnswer(result)
    }).pipe(
      Effect.catchTag("SignatureRefusal", (refusal): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
        Effect.succeed(signatureRefused(refusal)))
    )

  const home = (version: 1 | 2 | 3) =>
    handle((id) =>
      id === String(account.home.id)
        ? Effect.map(
          Effect.forEach(devices, ({ duid }) => Effect.map(statusOf(duid), (status) => [duid, status] as const)),
          (statuses) => {
            const known = new Map(statuses)
            return homeData(account, version, (duid) => known.get(duid) ?? { online: false, dataPoints: new Map() })
          }
        )
        : Effect.succeed(undefined)
    )

  const listed = scenes.map(({ id, name, param }) => ({
    id,
    name,
    param,
    enabled: true,
    extra: null,
    type: "WORKFLOW"
  }))

  const isDevice = (duid: string): boolean => devices.some((device) => device.duid === duid)
  const isShared = (duid: string): boolean => devices.some((device) => device.duid === duid && device.shared)

  return HttpRouter.empty.pipe(
    HttpRouter.get("/user/homes/:id", home(1)),
    HttpRouter.get("/v2/user/homes/:id", home(2)),
    HttpRouter.get("/v3/user/homes/:id", home(3)),
    HttpRouter.get(
      "/user/homes/:id/rooms",
      handle((id) => Effect.succeed(id === String(account.home.id) ? account.home.rooms : undefined))
    ),
    HttpRouter.get(
      "/user/deviceshare/query/:id/rooms",
      handle((duid) =>
        Effect.succeed(
          isShared(duid) ? account.home.rooms.map(({ id, name }) => ({ roomId: id, name })) : undefined
        )
      )
    ),
    HttpRouter.get(
      "/user/scene/home/:id",
      handle((id) => Effect.succeed(id === String(account.home.id) ? listed : undefined))
    ),
    HttpRouter.get(
      "/user/scene/device/:id",
      handle((duid) => {
        const ids = new Set(scenes.filter((scene) => scene.duid === duid).map(({ id }) => id))
        return Effect.succeed(isDevice(duid) ? listed.filter(({ id }) => ids.has(id)) : undefined)
      })
    ),
    HttpRouter.post(
      "/user/scene/:id/execute",
      handle((id) => {
        const scene = scenes.find((candidate) => String(candidate.id) === id)
        return scene === undefined ? Effect.succeed(undefined) : Effect.as(scene.run, null)
      })
    ),
    HttpRouter.get("/user/devices/:id/jobs", handle((duid) => Effect.succeed(schedulesOf(duid))))
  )
}
