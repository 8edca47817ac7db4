/** The page's server, as an application for any HTTP server. */
import type { Device } from "@effect-mqtt/roborock/Device"
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import type * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as access from "./access.ts"
import * as answers from "./answers.ts"
import * as assets from "./assets.ts"
import * as commands from "./commands.ts"
import * as events from "./events.ts"
import * as eventStream from "./eventStream.ts"
import * as mapFeed from "./mapFeed.ts"
import * as replies from "./replies.ts"
import * as settings from "./settings.ts"

export interface Options {
  readonly rules: access.Rules
  readonly mapEvery: Duration.DurationInput
}

const maxBodyBytes = 16 * 1024
const maxStreams = 32

/** How long a browser is let in without the token. */
const passLife = "30 days"

/** A map goes on being read for a while when the last one has looked, since pages reload. */
const keptFeed = "20 seconds"

const ofDevice = Schema.Struct({ device: Schema.String })
const ofRun = Schema.Struct({ ...ofDevice.fields, run: Schema.NumberFromString.pipe(Schema.int(), Schema.positive()) })
const watched = Schema.Struct({ device: Schema.optional(Schema.String.pipe(Schema.maxLength(100))) })

/** What the page would never send. */
class BadRequest extends Data.TaggedError("BadRequest")<{ readonly cause: unknown }> {}

/** HTTP and Roborock both have a `RequestError`: this one is told apart where it arises. */
const orBadRequest = Effect.mapError((cause: unknown) => new BadRequest({ cause }))

const urlOf = ({ url }: HttpServerRequest.HttpServerRequest): URL | undefined =>
  URL.canParse(url, "http://localhost") ? new URL(url, "http://localhost") : undefined

const refused = (isPage: boolean, status: number, message: string): HttpServerResponse.HttpServerResponse =>
  isPage ? replies.plain(status, message) : replies.problem(status, message)

/** Lets those requests through that may use the page, and turns every failure into an answer. */
const guarded = (
  router: HttpRouter.HttpRouter<BadRequest | RoborockError>,
  rules: access.Rules
): HttpApp.Default =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const url = urlOf(request)
    const { headers, method } = request
    const isPage = url?.pathname === "/"
    const decision = access.decide({
      method,
      path: url?.pathname ?? "",
      host: headers["host"],
      origin: headers["origin"],
      fetchSite: headers["sec-fetch-site"],
      contentType: headers["content-type"],
      token: url?.searchParams.get("token") ?? undefined,
      pass: request.cookies[rules.cookie]
    }, rules)
    switch (decision._tag) {
      case "Refuse":
        return refused(isPage, decision.status, decision.message)
      case "Enter":
        return HttpServerResponse.redirect("/", { status: 303, headers: { "cache-control": "no-store" } }).pipe(
          HttpServerResponse.unsafeSetCookie(rules.cookie, decision.pass, {
            httpOnly: true,
            maxAge: passLife,
            path: "/",
            sameSite: "lax"
          })
        )
      case "Allow":
        return yield* router
    }
  }).pipe(
    Effect.catchTags({
      BadRequest: () => Effect.succeed(replies.problem(400, "The request cannot be understood.")),
      RouteNotFound: () => Effect.succeed(replies.problem(404, "There is no such page."))
    }),
    Effect.catchAll((error) => Effect.succeed(replies.failure(error))),
    Effect.catchAllDefect((defect) =>
      Effect.as(
        Effect.logError("the page's server failed", defect),
        replies.problem(500, "Something went wrong in roborock serve; its log says more.")
      )
    )
  )

/** Makes the application. What it holds open (readers of maps) ends with the scope. */
export const make = (
  session: RoborockSession.RoborockSession["Type"],
  { mapEvery, rules }: Options
): Effect.Effect<HttpApp.Default, never, Scope.Scope> =>
  Effect.gen(function*() {
    const files = yield* assets.load
    const feeds = yield* RcMap.make({
      lookup: (id: string) => Effect.flatMap(session.device(id), (device) => mapFeed.make(device, mapEvery)),
      idleTimeToLive: keptFeed
    })
    let streams = 0

    const file = Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const asset = files.get(urlOf(request)?.pathname ?? "")
      if (asset === undefined) return replies.problem(404, "There is no such page.")
      const headers = { "cache-control": "no-cache", etag: asset.etag }
      return request.headers["if-none-match"] === asset.etag
        ? HttpServerResponse.empty({ status: 304, headers })
        : HttpServerResponse.uint8Array(asset.bytes, { contentType: asset.type, headers })
    })

    const watch = Effect.gen(function*() {
      const { device } = yield* orBadRequest(HttpServerRequest.schemaSearchParams(watched))
      if (streams >= maxStreams) return replies.problem(503, "Too many pages are open.")
      const counted = Stream.acquireRelease(
        Effect.sync(() => void streams++),
        () => Effect.sync(() => void streams--)
      )
      const seen = events.make(session, (id) => RcMap.get(feeds, id), device)
      return HttpServerResponse.stream(eventStream.encode(Stream.flatMap(counted, () => seen)), {
        contentType: "text/event-stream",
        headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
      })
    })

    const ask = (question: (device: Device) => Effect.Effect<unknown, RoborockError>) =>
      Effect.gen(function*() {
        const { device: id } = yield* orBadRequest(HttpRouter.schemaPathParams(ofDevice))
        return replies.json(yield* question(yield* session.device(id)))
      })

    const command = Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) {
        return replies.problem(413, "The request is too large.")
      }
      const { device: id } = yield* orBadRequest(HttpRouter.schemaPathParams(ofDevice))
      const wanted = yield* orBadRequest(HttpServerRequest.schemaBodyJson(commands.Command))
      yield* commands.run(yield* session.device(id), wanted)
      return replies.json({})
    })

    const runMap = Effect.gen(function*() {
      const { device: id, run } = yield* orBadRequest(HttpRouter.schemaPathParams(ofRun))
      const svg = yield* answers.runMap(yield* session.device(id), run)
      return HttpServerResponse.text(svg, { contentType: "image/svg+xml", headers: { "cache-control": "no-store" } })
    })

    const router = HttpRouter.empty.pipe(
      HttpRouter.get("/api/events", watch),
      HttpRouter.get("/api/devices/:device/floors", ask(answers.floors)),
      HttpRouter.get("/api/devices/:device/consumables", ask(answers.consumables)),
      HttpRouter.get("/api/devices/:device/history", ask(answers.history)),
      HttpRouter.get("/api/devices/:device/history/:run/map.svg", runMap),
      HttpRouter.get("/api/devices/:device/schedules", ask(answers.schedules)),
      HttpRouter.get("/api/devices/:device/cloudSchedules", ask(answers.cloudSchedules)),
      HttpRouter.get("/api/devices/:device/routines", ask(answers.routines)),
      HttpRouter.get("/api/devices/:device/settings", ask(settings.read)),
      HttpRouter.post("/api/devices/:device/commands", command),
      HttpRouter.get("*", file)
    )

    return { router }
  }).pipe(
    Effect.map(({ router }) =>
      guarded(router, rules).pipe(
        HttpIncomingMessage.withMaxBodySize(Option.some(maxBodyBytes)),
        Effect.map(HttpServerResponse.setHeaders(replies.securityHeaders))
      )
    )
  )
