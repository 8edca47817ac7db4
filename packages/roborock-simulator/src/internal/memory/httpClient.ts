import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpClient from "@effect/platform/HttpClient"
import { RequestError } from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

type Body = NonNullable<RequestInit["body"]>

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): Effect.Effect<Body | undefined> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(undefined)
    case "Uint8Array":
      return Effect.succeed(new Uint8Array(body.body))
    case "FormData":
      return Effect.succeed(body.formData)
    case "Raw":
      return Effect.sync(() => typeof body.body === "string" ? body.body : JSON.stringify(body.body))
    case "Stream":
      return Stream.toReadableStreamEffect(body.stream)
  }
}

/**
 * A client whose requests go straight into an application, for URLs of one origin; any other origin cannot be reached,
 * as on a machine without a network.
 */
export const fromHttpApp = (current: () => HttpApp.Default | undefined, origin: string): HttpClient.HttpClient =>
  HttpClient.make((request, url, signal) => {
    const app = current()
    return app !== undefined && url.origin === origin
      ? Effect.gen(function*() {
        const body = yield* bodyOf(request)
        const webRequest = new Request(url, {
          method: request.method,
          headers: request.headers,
          signal,
          ...(body === undefined ? {} : { body }),
          ...(request.body._tag === "Stream" ? { duplex: "half" } : {})
        })
        const response = yield* Effect.scoped(
          Effect.provideService(app, HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(webRequest))
        )
        return HttpClientResponse.fromWeb(request, HttpServerResponse.toWeb(response))
      })
      : Effect.fail(
        new RequestError({ request, reason: "Transport", description: `only ${origin} is simulated` })
      )
  })
