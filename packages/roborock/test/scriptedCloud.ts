import { HttpClient, HttpClientError, HttpClientResponse } from "@effect/platform"
import { Effect, Layer } from "effect"

/** A request as a server sees it. */
export interface Seen {
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Reply {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Record<string, string>
}

/** What a server does with a request: answer, never answer, or be out of reach. */
export type Script = (request: Seen) => Reply | "hang" | "unreachable"

/** An `HttpClient` that asks the script, and the list of all requests made. */
export const scriptedCloud = (script: Script) => {
  const seen: Array<Seen> = []
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const now: Seen = {
        method: request.method,
        origin: url.origin,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        form: Object.fromEntries(new URLSearchParams(body)),
        headers: request.headers
      }
      seen.push(now)
      const reply = script(now)
      if (reply === "hang") return Effect.never
      if (reply === "unreachable") {
        return Effect.fail(
          new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error("ECONNREFUSED") })
        )
      }
      return Effect.succeed(
        HttpClientResponse.fromWeb(
          request,
          new Response(reply.text ?? JSON.stringify(reply.json), {
            status: reply.status ?? 200,
            headers: reply.headers ?? {}
          })
        )
      )
    })
  )
  return { seen, layer: Layer.succeed(HttpClient.HttpClient, client) }
}

export const ok = (data: unknown): Reply => ({ json: { code: 200, msg: "success", data } })

export const refused = (code: number, msg = "no"): Reply => ({ json: { code, msg, data: null } })

export const loginAnswer = {
  uid: 123456,
  tokentype: "",
  token: "the-token",
  rruid: "rr-1",
  region: "eu",
  country: "DE",
  countrycode: "49",
  nickname: "Ada",
  rriot: {
    u: "user1",
    s: "session1",
    h: "hmac1",
    k: "qiCNieZa",
    r: { r: "EU", a: "https://home.test", m: "tcp://broker.test:1883", l: "https://log.test" }
  },
  tuyaDeviceState: 2
}
