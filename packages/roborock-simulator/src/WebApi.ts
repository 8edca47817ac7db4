/**
 * The web side of the simulated cloud: the login API and the signed API of one account, on one base URL.
 *
 * @since 0.1.0
 */
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Cloud } from "./Cloud.ts"
import { makeHomeRoutes } from "./internal/cloud/homeRoutes.ts"
import { makeLoginRoutes } from "./internal/cloud/loginRoutes.ts"

const maxBodyBytes = 64 * 1024

/**
 * The application, for any `@effect/platform` server. It never fails: what it refuses, it refuses as the real cloud
 * does, with HTTP 200 and a code, or 401 for a bad signature.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (cloud: Cloud): HttpApp.Default =>
  HttpRouter.concat(makeLoginRoutes(cloud), makeHomeRoutes(cloud)).pipe(
    Effect.catchTag(
      "RouteNotFound",
      () => Effect.succeed(HttpServerResponse.unsafeJson({ code: 404, msg: "not found", data: null }, { status: 404 }))
    ),
    HttpIncomingMessage.withMaxBodySize(Option.some(maxBodyBytes))
  )
