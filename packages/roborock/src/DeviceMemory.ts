/**
 * What is remembered of a device from one start to the next: where it was on the home network, its rooms, its last maps.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as keptJson from "./internal/keptJson.ts"
import { uptime } from "./internal/uptime.ts"
import { isRecord } from "./internal/v1/json.ts"
import type { Room } from "./Room.ts"
import type { Place } from "./Route.ts"

/**
 * A map file as the device sent it, and when (Unix milliseconds).
 *
 * @since 0.1.0
 * @category models
 */
export interface KeptMap {
  readonly file: Uint8Array
  readonly fetchedAt: number
}

/**
 * The memory of one device. What was never kept, or cannot be read, is `undefined`.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceMemory {
  readonly place: Effect.Effect<Place | undefined>
  readonly keepPlace: (place: Place) => Effect.Effect<void>
  /** The rooms of a floor; without a number, those that were kept last. */
  readonly rooms: (mapFlag?: number) => Effect.Effect<ReadonlyArray<Room> | undefined>
  readonly keepRooms: (rooms: ReadonlyArray<Room>, mapFlag: number | undefined) => Effect.Effect<void>
  /** The last map of a floor; without a number, that of the floor last in use. */
  readonly map: (mapFlag?: number) => Effect.Effect<KeptMap | undefined>
  /** Keeps a map; of those that follow each other closely, one a minute. Maps of Q7 and Q10 vacuums have the number 0. */
  readonly keepMap: (mapFlag: number, file: Uint8Array) => Effect.Effect<void>
  /** What the device said about its features (the result of `app_get_init_status`) with this firmware. */
  readonly features: (firmware: string) => Effect.Effect<unknown>
  readonly keepFeatures: (firmware: string, result: unknown) => Effect.Effect<void>
}

const betweenMaps = Duration.toMillis("1 minute")

/** In front of a kept map: its time, as a 64-bit float. */
const stampBytes = 8

const toPlace = (json: unknown): Place | undefined => {
  if (!isRecord(json) || typeof json["host"] !== "string") return undefined
  const { host, version } = json
  return { host, version: version === "1.0" || version === "L01" ? version : undefined }
}

const toRooms = (json: unknown): ReadonlyArray<Room> | undefined =>
  Array.isArray(json)
    ? json.flatMap((room: unknown) => {
      if (!isRecord(room)) return []
      const { id, name } = room
      return typeof id === "number" && typeof name === "string" ? [{ id, name }] : []
    })
    : undefined

/**
 * The memory of a device in the `KeyValueStore`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (duid: string): Effect.Effect<DeviceMemory, never, KeyValueStore.KeyValueStore> =>
  Effect.map(KeyValueStore.KeyValueStore, (store) => {
    const placeKey = `place-${duid}`
    const roomsKey = (mapFlag?: number) => mapFlag === undefined ? `rooms-${duid}` : `rooms-${duid}-${mapFlag}`
    const flagKey = `floor-${duid}`
    const featuresKey = `features-${duid}`
    const mapKey = (mapFlag: number) => `map-${duid}-${mapFlag}`
    const readMap = (mapFlag: number) =>
      Effect.map(
        keptJson.readBytes(store, mapKey(mapFlag)),
        (bytes): KeptMap | undefined =>
          bytes === undefined || bytes.length <= stampBytes ? undefined : {
            fetchedAt: new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0),
            file: bytes.subarray(stampBytes)
          }
      )
    const keptAt = new Map<number, number>()
    return {
      features: (firmware) =>
        Effect.map(
          keptJson.read(store, featuresKey),
          (json) => isRecord(json) && json["firmware"] === firmware ? json["result"] : undefined
        ),
      keepFeatures: (firmware, result) => keptJson.write(store, featuresKey, { firmware, result }),
      place: Effect.map(keptJson.read(store, placeKey), toPlace),
      keepPlace: (place) => keptJson.write(store, placeKey, place),
      rooms: (mapFlag) => Effect.map(keptJson.read(store, roomsKey(mapFlag)), toRooms),
      keepRooms: (rooms, mapFlag) =>
        Effect.zipRight(
          keptJson.write(store, roomsKey(), rooms),
          mapFlag === undefined ? Effect.void : keptJson.write(store, roomsKey(mapFlag), rooms)
        ),
      map: (mapFlag) =>
        Effect.flatMap(
          mapFlag === undefined ? keptJson.read(store, flagKey) : Effect.succeed(mapFlag),
          (flag) => typeof flag === "number" ? readMap(flag) : Effect.succeed(undefined)
        ),
      keepMap: (mapFlag, file) =>
        Effect.gen(function*() {
          const now = yield* uptime
          if (now - (keptAt.get(mapFlag) ?? Number.NEGATIVE_INFINITY) < betweenMaps) return
          keptAt.set(mapFlag, now)
          const bytes = new Uint8Array(stampBytes + file.length)
          new DataView(bytes.buffer).setFloat64(0, yield* Clock.currentTimeMillis)
          bytes.set(file, stampBytes)
          yield* keptJson.writeBytes(store, mapKey(mapFlag), bytes)
          yield* keptJson.write(store, flagKey, mapFlag)
        })
    }
  })
