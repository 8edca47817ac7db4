import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { WebTrouble } from "../../Fault.ts"
import { refusedWith } from "./answers.ts"

/** A call of the web API: when (Unix milliseconds), and what for. */
export interface WebCall {
  readonly at: number
  readonly method: string
  readonly path: string
}

const maxCalls = 10_000

const troubled = (app: HttpApp.Default, path: string, trouble: WebTrouble): HttpApp.Default => {
  switch (trouble._tag) {
    case "Status":
      return Effect.succeed(HttpServerResponse.text("something went wrong", { status: trouble.status }))
    case "Code":
      return Effect.succeed(refusedWith(path, trouble.code, trouble.message))
    case "Slow":
      return Effect.delay(app, trouble.delay)
    case "Malformed":
      return Effect.succeed(HttpServerResponse.text("{\"code\":200,\"data\":{", { contentType: "application/json" }))
  }
}

/** In front of the web API: writes down who calls, shuts it when told to, and lets go wrong what shall. */
export const makeGate = (app: HttpApp.Default, troubleOf: (path: string) => WebTrouble | undefined) => {
  let isOpen = true
  const calls: Array<WebCall> = []
  const gate: HttpApp.Default = Effect.gen(function*() {
    const { method, url } = yield* HttpServerRequest.HttpServerRequest
    const path = new URL(url, "http://any").pathname
    calls.push({ at: yield* Clock.currentTimeMillis, method, path })
    if (calls.length > maxCalls) calls.shift()
    if (!isOpen) return HttpServerResponse.text("no server available", { status: 503 })
    const trouble = troubleOf(path)
    return yield* trouble === undefined ? app : troubled(app, path, trouble)
  })
  return {
    app: gate,
    calls: (): ReadonlyArray<WebCall> => [...calls],
    setOpen: (open: boolean): void => {
      isOpen = open
    }
  }
}
