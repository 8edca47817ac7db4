/**
 * Requests, responses and pushes of B01 vacuums of the Q7 family, in both directions (PROTOCOL 6.2).
 *
 * The bytes are the payloads of frames (`Frame`) of version `B01`: protocol 101 for requests, 102 for what the device
 * sends.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { decodeDataPoints, encodeDataPoints } from "./internal/dataPoints.ts"
import { isRecord, numberField, parseJson } from "./internal/v1/json.ts"

/**
 * A call of a device method.
 *
 * @since 0.1.0
 * @category models
 */
export interface Request {
  /** Twelve digits, unique among the pending requests of a device. */
  readonly msgId: string
  readonly method: string
  /** If left out, an empty list is sent; most methods want `{}`. */
  readonly params?: ReadonlyArray<unknown> | Readonly<Record<string, unknown>> | undefined
}

/**
 * What a device sent.
 *
 * - `Response`: the outcome of a request
 * - `Push`: sent unasked: a method (such as `prop.post`) with its data, or data points by number
 *
 * @since 0.1.0
 * @category models
 */
export type Incoming =
  | { readonly _tag: "Response"; readonly msgId: string; readonly outcome: Either.Either<unknown, Q7RpcError> }
  | {
    readonly _tag: "Push"
    readonly method: string | undefined
    readonly data: unknown
    readonly dataPoints: ReadonlyMap<number, unknown>
  }

/**
 * Why there is no result.
 *
 * - `MalformedPayload`: structure or JSON wrong
 * - `DeviceError`: the device refuses; `code` says why
 *
 * @since 0.1.0
 * @category errors
 */
export class Q7RpcError extends Data.TaggedError("Q7RpcError")<{
  readonly reason: "MalformedPayload" | "DeviceError"
  readonly msgId?: string | undefined
  readonly code?: number | undefined
}> {
  override get message(): string {
    const which = this.msgId === undefined ? "" : ` to request ${this.msgId}`
    return `Answer of a Q7 vacuum${which}: ${this.reason}${this.code === undefined ? "" : ` (code ${this.code})`}`
  }
}

const requestDataPoint = 10000
const responseDataPoint = 10001

const malformed = (msgId?: string) => new Q7RpcError({ reason: "MalformedPayload", msgId })

/** JSON in a string, or the object itself. */
const innerOf = (value: unknown): Readonly<Record<string, unknown>> | undefined => {
  const inner = typeof value === "string" ? Either.getOrUndefined(parseJson(value)) : value
  return isRecord(inner) ? inner : undefined
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined

/**
 * Writes a request. `timestamp` (Unix seconds) is optional: devices do without it.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeRequest = ({ method, msgId, params = [] }: Request, timestamp?: number): Uint8Array =>
  encodeDataPoints([[requestDataPoint, { method, msgId, params }]], timestamp)

/**
 * Reads a request, as a device does.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeRequest = (payload: Uint8Array): Either.Either<Request, Q7RpcError> => {
  const inner = innerOf(decodeDataPoints(payload)?.get(requestDataPoint))
  const msgId = textOf(inner?.["msgId"])
  const { method, params = [] } = inner ?? {}
  if (msgId === undefined || typeof method !== "string" || !(Array.isArray(params) || isRecord(params))) {
    return Either.left(malformed(msgId))
  }
  return Either.right({ msgId, method, params })
}

/**
 * Writes an answer, as a device does: data, or an error code other than 0.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeReply = (
  reply: { readonly msgId: string; readonly method: string; readonly data?: unknown; readonly code?: number },
  timestamp: number
): Uint8Array => {
  const { code = 0, data = null, method, msgId } = reply
  return encodeDataPoints([[responseDataPoint, JSON.stringify({ msgId, code, method, data })]], timestamp)
}

/**
 * Reads what a device sent.
 *
 * Fails with `MalformedPayload` when the payload is neither. An error *of the device* is not a failure here: it is the
 * `outcome` of the response, because it belongs to one request.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (payload: Uint8Array): Either.Either<Incoming, Q7RpcError> => {
  const all = decodeDataPoints(payload)
  if (all === undefined) return Either.left(malformed())
  const answer = all.get(responseDataPoint)
  const dataPoints = new Map([...all].filter(([id]) => id !== responseDataPoint))
  if (answer === undefined) return Either.right({ _tag: "Push", method: undefined, data: undefined, dataPoints })
  const inner = innerOf(answer)
  if (inner === undefined) return Either.left(malformed())
  const msgId = textOf(inner["msgId"])
  const method = textOf(inner["method"])
  // Pushes may carry an id of their own: their method tells them from answers.
  if (msgId === undefined || method?.endsWith(".post") === true) {
    if (method === undefined) return Either.left(malformed(msgId))
    return Either.right({ _tag: "Push", method, data: inner["data"] ?? inner["params"], dataPoints })
  }
  const code = numberField(inner, "code") ?? 0
  return Either.right({
    _tag: "Response",
    msgId,
    outcome: code === 0
      ? Either.right(inner["data"])
      : Either.left(new Q7RpcError({ reason: "DeviceError", msgId, code }))
  })
}
