import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { FloorMap } from "../../FloorMap.ts"
import * as MapTrait from "../../MapTrait.ts"
import { type CommandError, NoMap, RequestError } from "../../RoborockError.ts"
import type { Room } from "../../Room.ts"
import * as log from "../log.ts"
import type { Context } from "./dialectContext.ts"

/** A map with the names that its rooms have in it. */
export interface NamedMap extends FloorMap {
  readonly roomNames: ReadonlyMap<number, string>
}

interface TimedMap {
  readonly map: NamedMap
  readonly fetchedAt: number
}

/** Such a device does not say which floor its map is of: the last one is kept. */
const keptAs = 0

const roomsOf = ({ roomNames }: NamedMap): ReadonlyArray<Room> => Array.from(roomNames, ([id, name]) => ({ id, name }))

/**
 * The map of a device that sends it in a message without an id: unasked while it works, or when told to. The next one that
 * comes is the answer. `read` reads a map file that was kept.
 */
export const make = (
  { home, memory, tellRooms, timeout }: Context,
  read: (file: Uint8Array) => NamedMap | undefined
) => {
  interface Wait {
    readonly arrived: Deferred.Deferred<void>
    /** What was sent meanwhile and is not a map. */
    damage?: unknown
  }
  const waits = new Set<Wait>()
  let last: TimedMap | undefined

  /** `file` is what is kept of it. */
  const arrived = (map: NamedMap, file: Uint8Array): Effect.Effect<void> =>
    Effect.gen(function*() {
      last = { map, fetchedAt: yield* Clock.currentTimeMillis }
      yield* tellRooms(roomsOf(map), map.robotRoom)
      for (const wait of waits) yield* Deferred.succeed(wait.arrived, undefined)
      if (memory !== undefined) yield* memory.keepMap(keptAs, file)
    })

  /** Has a map sent, and ends when one has come. */
  const request = (method: string, ask: Effect.Effect<unknown, CommandError>): Effect.Effect<void, CommandError> =>
    Effect.gen(function*() {
      const wait: Wait = { arrived: yield* Deferred.make<void>() }
      yield* Effect.acquireUseRelease(
        Effect.sync(() => waits.add(wait)),
        () =>
          Effect.zipRight(
            ask,
            Effect.timeoutFail(Deferred.await(wait.arrived), {
              duration: timeout,
              onTimeout: () =>
                wait.damage === undefined
                  ? new RequestError({ reason: "TimedOut", method })
                  : new RequestError({ reason: "BadAnswer", method, cause: wait.damage })
            })
          ),
        () => Effect.sync(() => waits.delete(wait))
      )
    })

  const recall = Effect.gen(function*() {
    if (last !== undefined || memory === undefined) return last
    const kept = yield* memory.map(keptAs)
    const map = kept === undefined ? undefined : read(kept.file)
    return kept === undefined || map === undefined ? undefined : { map, fetchedAt: kept.fetchedAt }
  })

  const snapshot = Effect.map(
    recall,
    (timed): MapTrait.MapSnapshot | undefined =>
      timed === undefined ? undefined : { ...timed, rooms: roomsOf(timed.map) }
  )

  /** However many steps it takes to have one: they share the time-out of a map. */
  const trait = (method: string, refresh: Effect.Effect<unknown, CommandError | NoMap>): MapTrait.MapTrait => {
    const inTime = Effect.timeoutFail(refresh, {
      duration: Duration.times(timeout, 2),
      onTimeout: () => new RequestError({ reason: "TimedOut", method })
    })
    const fetch = Effect.flatMap(
      Effect.zipRight(inTime, snapshot),
      (found) => found?.map.grid === undefined ? new NoMap({ device: home.name }) : Effect.succeed(found)
    )
    return {
      fetch,
      last: snapshot,
      png: (options) => Effect.map(fetch, (found) => MapTrait.png(found, options))
    }
  }

  return {
    arrived,
    /** To be called with what cannot be read: it may be another program's, so that the wait goes on. */
    damaged: (cause: { readonly message: string }): Effect.Effect<void> =>
      Effect.suspend(() => {
        for (const wait of waits) wait.damage = cause
        return log.debug(`"${home.name}": ${cause.message}`)
      }),
    /** Whether somebody here waits for one. */
    isAsked: (): boolean => waits.size > 0,
    request,
    trait
  }
}
