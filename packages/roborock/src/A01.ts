/**
 * The messages of wet-dry vacuums (Dyad) and washing machines (Zeo), home data `pv` `A01`: data points by number, in both
 * directions (PROTOCOL 6.1). For names and codes see `DyadCodes` and `ZeoCodes`.
 *
 * The bytes are the payloads of frames (`Frame`): protocol 101 for requests, 102 for answers and pushes.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type { DataPoints } from "./internal/dataPoints.ts"
import { decodeDataPoints, encodeDataPoints } from "./internal/dataPoints.ts"
import { isRecord, parseJson } from "./internal/v1/json.ts"

/**
 * What a client asks of a device.
 *
 * - `Query`: report these data points; the answer may come in several messages and leave out what the device lacks
 * - `Set`: take these values; there is no answer
 *
 * @since 0.1.0
 * @category models
 */
export type Request =
  | { readonly _tag: "Query"; readonly ids: ReadonlyArray<number> }
  | { readonly _tag: "Set"; readonly dataPoints: DataPoints }

/**
 * A payload that is not a message of such a device. It has no cause: the syntax error would quote the payload.
 *
 * @since 0.1.0
 * @category errors
 */
export class A01Error extends Data.TaggedError("A01Error")<{ readonly reason: "MalformedPayload" }> {
  override get message(): string {
    return `A01 message: ${this.reason}`
  }
}

const queryDataPoint = 10000
const maxQueried = 1000

const malformed = () => new A01Error({ reason: "MalformedPayload" })

/**
 * Writes a request; `timestamp` in Unix seconds.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeRequest = (request: Request, timestamp: number): Uint8Array =>
  encodeDataPoints(
    // A query carries its list as text; values to set go as they are.
    request._tag === "Query" ? [[queryDataPoint, `[${request.ids.join(", ")}]`]] : request.dataPoints,
    timestamp
  )

/**
 * Reads a request, as a device does.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeRequest = (payload: Uint8Array): Either.Either<Request, A01Error> =>
  Either.flatMap(decode(payload), (dataPoints): Either.Either<Request, A01Error> => {
    const query = dataPoints.get(queryDataPoint)
    if (query === undefined) return Either.right({ _tag: "Set", dataPoints })
    const list = typeof query === "string" ? Either.getOrUndefined(parseJson(query)) : query
    if (!Array.isArray(list) || list.length > maxQueried) return Either.left(malformed())
    const ids = list.filter((id): id is number => Number.isInteger(id))
    return ids.length === list.length ? Either.right({ _tag: "Query", ids }) : Either.left(malformed())
  })

/**
 * Writes data points, as a device does in answers and pushes.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (dataPoints: DataPoints, timestamp?: number): Uint8Array =>
  encodeDataPoints(dataPoints, timestamp)

/**
 * Reads the data points of an answer or a push. Objects that came as JSON in a string are read too.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (payload: Uint8Array): Either.Either<ReadonlyMap<number, unknown>, A01Error> => {
  const dataPoints = decodeDataPoints(payload)
  if (dataPoints === undefined) return Either.left(malformed())
  return Either.right(
    new Map(Array.from(dataPoints, ([id, value]) => {
      if (typeof value !== "string" || !value.startsWith("{")) return [id, value] as const
      const inner = Either.getOrUndefined(parseJson(value))
      return [id, isRecord(inner) ? inner : value] as const
    }))
  )
}

/** How long a Dyad part lasts, in seconds. */
const partSeconds = 360_000

/**
 * What a value of a Dyad means where it is more than a code: seconds left for filter mesh (214) and brush (215), booleans
 * (213, 222, 224, 226), minutes since midnight as `hh:mm` (227, 228) and the minutes of recent runs (229).
 *
 * @since 0.1.0
 * @category decoding
 */
export const dyadValue = (id: number, value: unknown): unknown => {
  switch (id) {
    case 213:
    case 222:
    case 224:
    case 226:
      return typeof value === "number" ? value !== 0 : value
    case 214:
    case 215:
      return typeof value === "number" ? partSeconds - value * 60 : value
    case 227:
    case 228:
      return typeof value === "number" && value >= 0 && value < 24 * 60
        ? `${String(Math.floor(value / 60)).padStart(2, "0")}:${String(Math.floor(value % 60)).padStart(2, "0")}`
        : value
    case 229:
      return typeof value === "string" ? value.split(",").map(Number).filter(Number.isFinite) : value
    default:
      return value
  }
}

/**
 * The settings of a program that the owner made, packed into data point 222 of a washing machine.
 *
 * @since 0.1.0
 * @category models
 */
export interface WasherProgram {
  readonly program: number
  readonly mode: number
  readonly temperature: number
  readonly rinse: number
  readonly spin: number
  readonly drying: number
  readonly soak: number
  readonly dryCare: number
  readonly steam: number
}

/**
 * The same for a dryer (models `roborock.cd.*`).
 *
 * @since 0.1.0
 * @category models
 */
export interface DryerProgram {
  readonly program: number
  readonly mode: number
  readonly dryingMode: number
  readonly method: number
  readonly steam: number
}

/** First bit and number of bits of each field. */
const washerBits = {
  program: [0, 8],
  mode: [8, 2],
  temperature: [10, 3],
  rinse: [13, 3],
  spin: [16, 3],
  drying: [19, 3],
  soak: [22, 3],
  dryCare: [25, 3],
  steam: [28, 3]
} as const
const dryerBits = { program: [0, 8], mode: [8, 3], dryingMode: [11, 3], method: [14, 3], steam: [17, 3] } as const

const field = (word: number, [first, count]: readonly [number, number]): number => word >>> first & (1 << count) - 1

const packed = (value: number, [first, count]: readonly [number, number]): number => (value & (1 << count) - 1) << first

/**
 * Takes the program of a washing machine apart.
 *
 * @since 0.1.0
 * @category decoding
 */
export const unpackWasherProgram = (word: number): WasherProgram => ({
  program: field(word, washerBits.program),
  mode: field(word, washerBits.mode),
  temperature: field(word, washerBits.temperature),
  rinse: field(word, washerBits.rinse),
  spin: field(word, washerBits.spin),
  drying: field(word, washerBits.drying),
  soak: field(word, washerBits.soak),
  dryCare: field(word, washerBits.dryCare),
  steam: field(word, washerBits.steam)
})

/**
 * Packs the program of a washing machine.
 *
 * @since 0.1.0
 * @category encoding
 */
export const packWasherProgram = (program: WasherProgram): number =>
  (packed(program.program, washerBits.program) | packed(program.mode, washerBits.mode) |
    packed(program.temperature, washerBits.temperature) | packed(program.rinse, washerBits.rinse) |
    packed(program.spin, washerBits.spin) | packed(program.drying, washerBits.drying) |
    packed(program.soak, washerBits.soak) | packed(program.dryCare, washerBits.dryCare) |
    packed(program.steam, washerBits.steam)) >>> 0

/**
 * Takes the program of a dryer apart.
 *
 * @since 0.1.0
 * @category decoding
 */
export const unpackDryerProgram = (word: number): DryerProgram => ({
  program: field(word, dryerBits.program),
  mode: field(word, dryerBits.mode),
  dryingMode: field(word, dryerBits.dryingMode),
  method: field(word, dryerBits.method),
  steam: field(word, dryerBits.steam)
})
