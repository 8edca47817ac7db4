import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { ConnectError } from "../../RoborockError.ts"
import { shownText } from "../shownText.ts"
import { isRecord, parseJson } from "../v1/json.ts"

/** One answer of the cloud: always a JSON object, in which `code` tells more than the HTTP status. */
export interface Answer {
  readonly status: number
  /** The `Date` header. */
  readonly date: string | undefined
  readonly json: Readonly<Record<string, unknown>>
}

export interface Limits {
  readonly timeout: Duration.DurationInput
  readonly maxBodyBytes: number
}

export type Service = ConnectError["service"]

/**
 * E-mail addresses are in the URLs and tokens in the headers, so neither spans nor trace headers come from the client.
 */
export const quiet = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  client.pipe(HttpClient.withTracerDisabledWhen(() => true), HttpClient.withTracerPropagation(false))

const badAnswer = (service: Service, code: number, cause?: unknown) =>
  new ConnectError({ reason: "BadAnswer", service, retryable: true, code, cause })

/** The body, as long as it keeps below the limit; what follows is not even read. */
const readBody = (response: HttpClientResponse.HttpClientResponse, service: Service, maxBodyBytes: number) =>
  Stream.runFoldEffect(
    response.stream,
    { chunks: new Array<Uint8Array>(), size: 0 },
    ({ chunks, size }, chunk) => {
      if (size + chunk.length > maxBodyBytes) {
        return Effect.fail(
          badAnswer(service, response.status, new Error(`the answer is larger than ${maxBodyBytes} bytes`))
        )
      }
      chunks.push(chunk)
      return Effect.succeed({ chunks, size: size + chunk.length })
    }
  ).pipe(
    Effect.map(({ chunks, size }) => {
      const body = new Uint8Array(size)
      let offset = 0
      for (const chunk of chunks) {
        body.set(chunk, offset)
        offset += chunk.length
      }
      return body
    })
  )

/** The cause would quote the address, and with it whatever secrets somebody has put there. */
const unusable = (service: Service) => new ConnectError({ reason: "InvalidAddress", service, retryable: false })

/** A name or a password in front of the host: it would end up in logs of others. */
const hasUserInfo = /^[^/?#]*\/\/[^/?#]*@/

/** Sends one request and reads its answer, or says why that did not work. Never repeats anything. */
export const exchange = (
  client: HttpClient.HttpClient,
  service: Service,
  request: HttpClientRequest.HttpClientRequest,
  limits: Limits
): Effect.Effect<Answer, ConnectError> =>
  Effect.if(hasUserInfo.test(request.url), {
    onTrue: () => unusable(service),
    onFalse: () => client.execute(request)
  }).pipe(
    Effect.flatMap((response) =>
      Effect.flatMap(readBody(response, service, limits.maxBodyBytes), (body): Effect.Effect<Answer, ConnectError> => {
        const { status } = response
        const json = Either.getOrUndefined(parseJson(body))
        const date = response.headers["date"]
        if (isRecord(json)) return Effect.succeed({ status, date, json })
        // These say enough by themselves: a path that a server does not have, for which an older one is tried, and a login
        // that is refused.
        if (status === 404 || status === 401) return Effect.succeed({ status, date, json: {} })
        return Effect.fail(
          status === 429
            ? new ConnectError({ reason: "TooManyRequests", service, retryable: false, code: status })
            : status >= 500
            ? new ConnectError({ reason: "Unavailable", service, retryable: true, code: status })
            : badAnswer(service, status)
        )
      })
    ),
    // These errors carry the request, and with it the password: only what lies beneath them is handed on.
    Effect.catchTags({
      RequestError: ({ cause, reason }) =>
        reason === "Transport"
          ? new ConnectError({ reason: "Unreachable", service, retryable: true, cause })
          : unusable(service),
      ResponseError: ({ cause, response }) => badAnswer(service, response.status, cause)
    }),
    Effect.timeoutFail({
      duration: limits.timeout,
      onTimeout: () => new ConnectError({ reason: "TimedOut", service, retryable: true })
    })
  )

/** What the service says about a failure, in a form that is safe to show and to log. */
export const serverMessage = (json: Readonly<Record<string, unknown>>): string | undefined =>
  typeof json["msg"] === "string" ? shownText(json["msg"].slice(0, 200)) : undefined
