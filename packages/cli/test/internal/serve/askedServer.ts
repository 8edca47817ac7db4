/** The page's server on a made-up account, asked without a network. */
import { RoborockSession, RoborockTest } from "@effect-mqtt/roborock"
import { FloorPlan, Robot, RrMapWriter } from "@effect-mqtt/roborock-simulator"
import { HttpApp } from "@effect/platform"
import { Effect } from "effect"
import type { Rules } from "../../../src/internal/serve/access.ts"
import * as app from "../../../src/internal/serve/app.ts"

export const address = "http://127.0.0.1:8580"
export const local: Rules = { token: undefined, loopback: true, names: [], cookie: "roborock_8580" }

export const hostileName = "<img src=x onerror=alert(1)>\"'&"
export const plan = FloorPlan.flat()

export const layer = RoborockTest.layer({
  vacuums: [
    {
      name: "Upstairs",
      rooms: ["Kitchen", hostileName],
      map: RrMapWriter.encode(plan, Robot.make(plan, { nowMillis: 0 }).state, { index: 1, sequence: 1 })
    },
    { name: hostileName, rooms: ["Attic"] }
  ]
})

/** The page's server, asked without a network. */
export const server = (rules: Rules = local) =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    const made = yield* app.make(session, { rules, mapEvery: "4 seconds" })
    const handler = HttpApp.toWebHandlerRuntime(yield* Effect.runtime())(made)
    const ask = (path: string, init: RequestInit = {}) =>
      Effect.promise(() =>
        handler(new Request(address + path, { ...init, headers: { host: "127.0.0.1:8580", ...init.headers } }))
      )
    const send = (body: unknown, device = "test-device-0") =>
      ask(`/api/devices/${device}/commands`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: address },
        body: typeof body === "string" ? body : JSON.stringify(body)
      })
    return { ask, send }
  })

export const jsonOf = (response: Response) => Effect.promise(async (): Promise<unknown> => await response.json())
