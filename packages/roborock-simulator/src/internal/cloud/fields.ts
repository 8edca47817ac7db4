import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"

export type Fields = Readonly<Record<string, string>>

/** A request as the handlers and the signature need it. Every field has been percent-decoded. */
export interface Received {
  readonly path: string
  readonly headers: Fields
  readonly query: Fields
  readonly form: Fields
  /** The text of a JSON body, exactly as it came. */
  readonly json: string | undefined
}

const isForm = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase().startsWith("application/x-www-form-urlencoded") === true

/** Reads the request whole. A body that cannot be read counts as empty: the handler then misses its fields. */
export const received: Effect.Effect<Received, never, HttpServerRequest.HttpServerRequest> = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const url = new URL(request.url, "http://simulator")
  const body = request.method === "GET" ? "" : yield* Effect.orElseSucceed(request.text, () => "")
  const form = isForm(request.headers["content-type"])
  return {
    path: url.pathname,
    headers: request.headers,
    query: Object.fromEntries(url.searchParams),
    form: form ? Object.fromEntries(new URLSearchParams(body)) : {},
    json: form || body === "" ? undefined : body
  }
})
