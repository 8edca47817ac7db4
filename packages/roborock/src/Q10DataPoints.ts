/**
 * The messages of B01 vacuums of the Q10 family: data points by number, in both directions (PROTOCOL 6.4). Nothing has an
 * id; what a command changed comes back as a push. For names and codes see `Q10Codes`.
 *
 * The bytes are the payloads of frames (`Frame`) of version `B01`: protocol 101 to the device, 102 from it.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { DataPoints } from "./internal/dataPoints.ts"
import { decodeDataPoints, encodeDataPoints, numbered } from "./internal/dataPoints.ts"
import { isRecord } from "./internal/v1/json.ts"
import { dataPointNames } from "./Q10Codes.ts"

/**
 * A payload that is not a message of such a device, or a blob that does not hold zones.
 *
 * @since 0.1.0
 * @category errors
 */
export class Q10DataPointsError extends Data.TaggedError("Q10DataPointsError")<{
  readonly reason: "MalformedPayload"
}> {
  override get message(): string {
    return `Q10 message: ${this.reason}`
  }
}

/**
 * Values to send: at the top level, and in the container of settings (data point 101).
 *
 * @since 0.1.0
 * @category models
 */
export interface Message {
  readonly top?: DataPoints | undefined
  readonly common?: DataPoints | undefined
}

/**
 * A corner of a zone, in tenths of a cell (`Q10Map.toDevice`).
 *
 * @since 0.1.0
 * @category models
 */
export interface Corner {
  readonly x: number
  readonly y: number
}

/**
 * Zones to clean.
 *
 * @since 0.1.0
 * @category models
 */
export interface Zones {
  readonly repeat: number
  readonly zones: ReadonlyArray<{ readonly corners: ReadonlyArray<Corner>; readonly name?: string | undefined }>
}

const commonDataPoint = 101
const nameBytes = 19
const zoneHeaderBytes = 3

const malformed = () => Either.left(new Q10DataPointsError({ reason: "MalformedPayload" }))

/**
 * Writes a message. `timestamp` (Unix seconds) is optional: devices do without it.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = ({ common, top = [] }: Message, timestamp?: number): Uint8Array => {
  const inner = common === undefined
    ? []
    : [[commonDataPoint, Object.fromEntries(Array.from(common, ([id, value]) => [String(id), value]))] as const]
  return encodeDataPoints([...inner, ...top], timestamp)
}

/**
 * Reads a message: the values of the container join the others, and numbers without a name are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (payload: Uint8Array): Either.Either<ReadonlyMap<number, unknown>, Q10DataPointsError> => {
  const all = decodeDataPoints(payload)
  if (all === undefined) return malformed()
  const result = new Map<number, unknown>()
  for (const [id, value] of all) {
    const entries = id === commonDataPoint && isRecord(value) ? numbered(value) : [[id, value] as const]
    for (const [inner, content] of entries) {
      if (inner !== commonDataPoint && dataPointNames.has(inner)) result.set(inner, content)
    }
  }
  return Either.right(result)
}

/**
 * Writes zones as the start command carries them. At most 255 zones of at most 255 corners fit; names are cut at 19 bytes.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeZones = ({ repeat, zones }: Zones): string => {
  const bytes: Array<number> = [1, repeat & 0xff, Math.min(zones.length, 255)]
  for (const { corners, name = "" } of zones.slice(0, 255)) {
    const some = corners.slice(0, 255)
    bytes.push(some.length)
    for (const value of some.flatMap(({ x, y }) => [Math.round(x), Math.round(y)])) {
      bytes.push(value >> 8 & 0xff, value & 0xff)
    }
    const padded = new Uint8Array(nameBytes)
    bytes.push(new TextEncoder().encodeInto(name, padded).written, ...padded)
  }
  return Encoding.encodeBase64(Uint8Array.from(bytes))
}

/**
 * Reads zones, as a device does.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeZones = (text: string): Either.Either<Zones, Q10DataPointsError> => {
  const decoded = Encoding.decodeBase64(text)
  if (Either.isLeft(decoded) || decoded.right.length < zoneHeaderBytes) return malformed()
  const bytes = decoded.right
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const zones: Array<Zones["zones"][number]> = []
  let at = zoneHeaderBytes
  for (let index = 0; index < (bytes[2] ?? 0); index++) {
    const count = bytes[at] ?? 0
    const nameAt = at + 1 + count * 4
    if (nameAt + 1 + nameBytes > bytes.length) return malformed()
    const corners = Array.from({ length: count }, (_, corner) => ({
      x: view.getInt16(at + 1 + corner * 4),
      y: view.getInt16(at + 3 + corner * 4)
    }))
    const nameLength = Math.min(bytes[nameAt] ?? 0, nameBytes)
    zones.push({ corners, name: new TextDecoder().decode(bytes.subarray(nameAt + 1, nameAt + 1 + nameLength)) })
    at = nameAt + 1 + nameBytes
  }
  return Either.right({ repeat: bytes[1] ?? 0, zones })
}

const top = (id: number, value: unknown): Message => ({ top: [[id, value]] })

/**
 * The commands of the family, for {@link encode}.
 *
 * @since 0.1.0
 * @category commands
 */
export const commands = {
  /** Report everything. */
  requestAll: top(102, {}),
  start: top(201, 1),
  // The device wants the word misspelt.
  cleanRooms: (ids: ReadonlyArray<number>): Message => top(201, { cmd: 2, clean_paramters: ids }),
  cleanZones: (zones: Zones): Message => top(201, { cmd: 3, clean_paramters: encodeZones(zones) }),
  buildMap: top(201, 4),
  cleanSpot: top(201, 5),
  dock: top(202, 5),
  emptyBin: top(203, 2),
  pause: top(204, 0),
  resume: top(205, 0),
  stop: top(206, 0),
  listMaps: { common: [[61, { op: "list" }]] },
  getMap: (id: string): Message => ({ common: [[61, { op: "get", id }]] }),
  listRecords: { common: [[52, { op: "list" }]] }
} as const satisfies Readonly<Record<string, Message | ((...values: ReadonlyArray<never>) => Message)>>
