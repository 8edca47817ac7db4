import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A call of the web API: when (Unix milliseconds), and what for. */
export interface WebCall {
  readonly at: number
  readonly method: string
  readonly path: string
}

const maxCalls = 10_000

/** In front of the web API: writes down who calls, and shuts it when told to. */
export const makeGate = (app: HttpApp.Default) => {
  let isOpen = true
  const calls: Array<WebCall> = []
  const gate: HttpApp.Default = Effect.gen(function*() {
    const { method, url } = yield* HttpServerRequest.HttpServerRequest
    calls.push({ at: yield* Clock.currentTimeMillis, method, path: new URL(url, "http://any").pathname })
    if (calls.length > maxCalls) calls.shift()
    return isOpen ? yield* app : HttpServerResponse.text("no server available", { status: 503 })
  })
  return {
    app: gate,
    calls: (): ReadonlyArray<WebCall> => [...calls],
    setOpen: (open: boolean): void => {
      isOpen = open
    }
  }
}
