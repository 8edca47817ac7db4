import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { FloorMap } from "../../FloorMap.ts"
import * as MapTrait from "../../MapTrait.ts"
import { type CommandError, NoMap, RequestError } from "../../RoborockError.ts"
import type { Context } from "./dialectContext.ts"

/** A map with the names that its rooms have in it. */
export interface NamedMap extends FloorMap {
  readonly roomNames: ReadonlyMap<number, string>
}

/**
 * The map of a device that sends it in a message without an id: unasked while it works, or when told to. The next one that
 * comes is the answer.
 */
export const make = ({ home, state, tellRooms, timeout }: Context) => {
  const waits = new Set<Deferred.Deferred<void>>()
  let last: { readonly map: NamedMap; readonly fetchedAt: number } | undefined

  const arrived = (map: NamedMap): Effect.Effect<void> =>
    Effect.gen(function*() {
      last = { map, fetchedAt: yield* Clock.currentTimeMillis }
      yield* tellRooms(Array.from(map.roomNames, ([id, name]) => ({ id, name })), map.robotRoom)
      for (const wait of waits) yield* Deferred.succeed(wait, undefined)
    })

  /** Has a map sent, and ends when one has come. */
  const request = (method: string, ask: Effect.Effect<unknown, CommandError>): Effect.Effect<void, CommandError> =>
    Effect.gen(function*() {
      const wait = yield* Deferred.make<void>()
      yield* Effect.acquireUseRelease(
        Effect.sync(() => waits.add(wait)),
        () =>
          Effect.zipRight(
            ask,
            Effect.timeoutFail(Deferred.await(wait), {
              duration: timeout,
              onTimeout: () => new RequestError({ reason: "TimedOut", method })
            })
          ),
        () => Effect.sync(() => waits.delete(wait))
      )
    })

  const snapshot = Effect.map(
    state,
    ({ rooms }): MapTrait.MapSnapshot | undefined => last === undefined ? undefined : { ...last, rooms }
  )

  const trait = (refresh: Effect.Effect<unknown, CommandError | NoMap>): MapTrait.MapTrait => {
    const fetch = Effect.flatMap(
      Effect.zipRight(refresh, snapshot),
      (found) => found?.map.grid === undefined ? new NoMap({ device: home.name }) : Effect.succeed(found)
    )
    return {
      fetch,
      last: snapshot,
      png: (options) => Effect.map(fetch, (found) => MapTrait.png(found, options))
    }
  }

  return { arrived, request, trait }
}
