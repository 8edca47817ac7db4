import type { LiveValue } from "@effect-mqtt/connection/LiveValue"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Capabilities } from "../../Capabilities.ts"
import type { DeviceChannel, Params } from "../../DeviceChannel.ts"
import type { DeviceMemory } from "../../DeviceMemory.ts"
import * as DeviceState from "../../DeviceState.ts"
import type { HomeRoom } from "../../HomeData.ts"
import { type CommandError, NoMap, RequestError } from "../../RoborockError.ts"
import * as Room from "../../Room.ts"
import * as Rpc from "../../Rpc.ts"
import * as RrMap from "../../RrMap.ts"
import type { Features } from "./features.ts"

/** A V1 vacuum behind its traits: the channel to it, and the one place where its state changes. */
export interface Vacuum {
  readonly name: string
  readonly firmware: string | undefined
  /** Of the account, such as `us`. */
  readonly region: string | undefined
  readonly capabilities: Effect.Effect<Capabilities>
  readonly channel: DeviceChannel
  readonly state: LiveValue<DeviceState.DeviceState>
  /** The rooms of the home; asks the cloud once more when told that a room is missing. */
  readonly homeRooms: Options["homeRooms"]
  readonly refreshStatus: Effect.Effect<DeviceState.DeviceState, CommandError>
  readonly refreshRooms: Effect.Effect<ReadonlyArray<Room.Room>, CommandError>
  /** The rooms that a floor had when it was in use, even if that was in an earlier run of the program. */
  readonly roomsOf: (mapFlag: number) => Effect.Effect<ReadonlyArray<Room.Room>>
  readonly fetchMap: Effect.Effect<RrMap.RrMap, CommandError | RrMap.MapError | NoMap>
  /** The map of a past run; that in use is for `fetchMap`. */
  readonly readMap: (
    method: string,
    params: Params
  ) => Effect.Effect<RrMap.RrMap, CommandError | RrMap.MapError | NoMap>
  /** The last map there was, even from an earlier run of the program. */
  readonly lastMap: Effect.Effect<TimedMap | undefined>
  /** Sends a command that is answered with "ok", and has the status read soon after. Any other answer is a failure. */
  readonly command: (method: string, params?: Params) => Effect.Effect<void, CommandError>
}

/** A map, and when the device sent it (Unix milliseconds). */
export interface TimedMap {
  readonly map: RrMap.RrMap
  readonly fetchedAt: number
}

export interface Options {
  readonly name: string
  readonly firmware: string | undefined
  readonly region: string | undefined
  readonly features: Features
  readonly channel: DeviceChannel
  readonly state: LiveValue<DeviceState.DeviceState>
  /** The rooms of the home; asks the cloud once more when told that a room is missing. */
  readonly homeRooms: (missing: boolean) => Effect.Effect<ReadonlyArray<HomeRoom>>
  readonly wake: Effect.Effect<void>
  readonly memory: DeviceMemory | undefined
}

/** What lies before the damage is worth more than nothing, if there is a floor in it. */
const parse = (file: Uint8Array, options?: RrMap.Options): Either.Either<RrMap.RrMap, RrMap.MapError> =>
  Either.orElse(
    RrMap.parse(file, options),
    (error) => error.partial?.grid === undefined ? Either.left(error) : Either.right(error.partial)
  )

const noRooms: Effect.Effect<ReadonlyArray<Room.Room>> = Effect.succeed([])

export const make = (options: Options): Vacuum => {
  const { channel, features, homeRooms, memory, name, state, wake } = options
  let last: TimedMap | undefined

  const refreshStatus = Effect.gen(function*() {
    const result = yield* Effect.tapError(
      channel.request("get_status"),
      (error) =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => state.update((before) => DeviceState.withSilence(before, error.message, now))
        )
    )
    const now = yield* Clock.currentTimeMillis
    const reportsDock = features.soFar().flags.has("is_dss_believable")
    if (DeviceState.withStatus(yield* state.get, result, now) === undefined) {
      return yield* new RequestError({ reason: "BadAnswer", method: "get_status" })
    }
    return yield* state.update((before) => DeviceState.withStatus(before, result, now, reportsDock) ?? before)
  })

  /** The rooms and the floor that they are on: asked for again when that was another one meanwhile. */
  const askMapping = Effect.gen(function*() {
    const before = yield* state.get
    const answer = yield* channel.request("get_room_mapping")
    // An answer that is not a list says nothing about rooms: those that are known, and kept, stay.
    if (!Array.isArray(answer)) return yield* new RequestError({ reason: "BadAnswer", method: "get_room_mapping" })
    const mapping = Room.decodeMapping(answer)
    const { mapFlag } = yield* state.get
    const isSure = mapFlag === before.mapFlag
    return { mapping, mapFlag: isSure ? mapFlag : undefined, isSure }
  }).pipe(Effect.repeat({ until: ({ isSure }) => isSure, times: 2 }))

  const refreshRooms = Effect.gen(function*() {
    const { mapFlag, mapping } = yield* askMapping
    const known = yield* homeRooms(false)
    const missing = mapping.some(({ homeRoomId }) => !known.some(({ id }) => String(id) === homeRoomId))
    const rooms = Room.fromMapping(mapping, missing ? yield* homeRooms(true) : known)
    yield* state.update((before) => DeviceState.withRooms(before, rooms))
    if (memory !== undefined) yield* memory.keepRooms(rooms, mapFlag)
    return rooms
  })

  const requestMap = (method: string, params?: Params, options?: RrMap.Options) =>
    Effect.gen(function*() {
      const file = yield* channel.requestMap(method, params)
      const map = yield* parse(file, options)
      return map.grid === undefined ? yield* new NoMap({ device: name }) : { file, map }
    })

  const fetchMap = Effect.gen(function*() {
    const { file, map } = yield* requestMap("get_map_v1")
    const { mapFlag } = yield* state.update((before) => DeviceState.withCurrentRoom(before, map.robotRoom))
    last = { map, fetchedAt: yield* Clock.currentTimeMillis }
    if (memory !== undefined && mapFlag !== undefined) yield* memory.keepMap(mapFlag, file)
    return map
  })

  const lastMap = Effect.gen(function*() {
    if (last !== undefined || memory === undefined) return last
    const kept = yield* memory.map((yield* state.get).mapFlag)
    const map = kept === undefined ? undefined : Either.getOrUndefined(parse(kept.file))
    return kept === undefined || map === undefined ? undefined : { map, fetchedAt: kept.fetchedAt }
  })

  return {
    name,
    firmware: options.firmware,
    region: options.region,
    capabilities: features.capabilities,
    channel,
    state,
    homeRooms,
    refreshStatus,
    refreshRooms,
    roomsOf: (mapFlag) => memory === undefined ? noRooms : Effect.map(memory.rooms(mapFlag), (rooms) => rooms ?? []),
    fetchMap,
    readMap: (method, params) => Effect.map(requestMap(method, params, { history: true }), ({ map }) => map),
    lastMap,
    command: (method, params) =>
      channel.request(method, params).pipe(
        // Whatever the answer says, the device may have acted.
        Effect.zipLeft(wake),
        Effect.filterOrFail(Rpc.isOk, () => new RequestError({ reason: "BadAnswer", method })),
        Effect.asVoid
      )
  }
}
