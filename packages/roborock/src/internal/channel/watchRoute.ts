import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { CloudChannel } from "../../CloudChannel.ts"
import * as Route from "../../Route.ts"
import type { LocalLink } from "./localLink.ts"

/** The way that works now, of the two that are there. */
export const watchRoute = (cloud: CloudChannel["Type"], local: LocalLink) =>
  Effect.gen(function*() {
    const route = yield* LiveValue.make<Route.Route>({ _tag: "None" }, Route.isSame)
    const look = Effect.gen(function*() {
      const near = yield* local.state.get
      const far = yield* cloud.link.get
      const now: Route.Route = near._tag === "Up"
        ? { _tag: "Local", host: near.host, version: near.version }
        : far._tag === "Up"
        ? { _tag: "Cloud" }
        : { _tag: "None", error: far._tag === "Down" ? far.error : undefined }
      yield* route.update(() => now)
    })
    const changes: Stream.Stream<unknown> = Stream.merge(cloud.link.changes, local.state.changes)
    yield* changes.pipe(Stream.runForEach(() => look), Effect.interruptible, Effect.forkScoped)
    yield* look
    return route
  })
