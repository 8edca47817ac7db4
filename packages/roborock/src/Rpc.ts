/**
 * Requests, responses and status pushes of V1 devices (home data `pv` `1.0`), in both directions: a client encodes
 * requests and decodes what devices send, a simulated device does the reverse.
 *
 * The bytes are the payloads of frames (`Frame`): protocol 101 for requests and 102 for responses and pushes on MQTT,
 * 4 for both on the local network.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import { isRecord, numberField, parseJson } from "./internal/v1/json.ts"
import type { Security } from "./Security.ts"
import { nonceBytes } from "./Security.ts"
import { dataPointNames } from "./V1Codes.ts"

/**
 * A call of a device method. `params` is a list or an object; `[]` when the method takes none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Request {
  /** Unique among the pending requests of a device, 1 to 65535: maps carry it in 16 bits. */
  readonly id: number
  readonly method: string
  readonly params?: ReadonlyArray<unknown> | Readonly<Record<string, unknown>> | undefined
  /** For requests over MQTT; methods that answer with a map need it. */
  readonly security?: Security | undefined
}

/**
 * What a device answers: a result, or an error with its code.
 *
 * @since 0.1.0
 * @category models
 */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: number; readonly message: string } }

/**
 * What a device sent.
 *
 * - `Ack`: an empty payload; it belongs to the request whose frame had the same sequence number
 * - `Response`: the outcome of a request, and any data points that came with it
 * - `Push`: data points sent unasked, by number (see `V1Codes.dataPointNames`); unknown ones are left out
 *
 * @since 0.1.0
 * @category models
 */
export type Incoming =
  | { readonly _tag: "Ack" }
  | {
    readonly _tag: "Response"
    readonly id: number
    readonly outcome: Either.Either<unknown, RpcError>
    readonly dataPoints: ReadonlyMap<number, unknown>
  }
  | { readonly _tag: "Push"; readonly dataPoints: ReadonlyMap<number, unknown> }

/**
 * Why there is no result.
 *
 * - `MalformedPayload`: structure or JSON wrong
 * - `UnknownMethod`: the device does not know the method
 * - `Retry`: the device is busy preparing; ask again after about a second, two or three times at most
 * - `InvalidStatus`: not possible in the current state (device error -10007)
 * - `DeviceError`: any other error of the device; `code` and `deviceMessage` say which
 *
 * @since 0.1.0
 * @category errors
 */
export class RpcError extends Data.TaggedError("RpcError")<{
  readonly reason: "MalformedPayload" | "UnknownMethod" | "Retry" | "InvalidStatus" | "DeviceError"
  readonly id?: number | undefined
  readonly code?: number | undefined
  /** The device's own words. */
  readonly deviceMessage?: string | undefined
}> {
  override get message(): string {
    const which = this.id === undefined ? "" : ` to request ${this.id}`
    return `Device answer${which}: ${this.reason}${this.code === undefined ? "" : ` (code ${this.code})`}`
  }
}

/** Error code of a device that cannot do something in its current state. */
const invalidStatusCode = -10007

const requestDataPoint = "101"
const responseDataPoint = "102"

const toBytes = (dps: Readonly<Record<string, unknown>>, timestamp: number, timeFirst: boolean): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(timeFirst ? { t: timestamp, dps } : { dps, t: timestamp }))

/** Without the syntax error as cause: its text quotes the payload, and that may hold a nonce. */
const malformed = (id?: number) => new RpcError({ reason: "MalformedPayload", id })

/** The outer object of every message, taken apart. */
const decodeOuter = (
  payload: Uint8Array
): Either.Either<
  { readonly dps: Readonly<Record<string, unknown>>; readonly timestamp: number | undefined },
  RpcError
> =>
  Either.flatMap(
    Either.mapLeft(parseJson(payload), () => malformed()),
    (outer) =>
      isRecord(outer) && isRecord(outer["dps"])
        ? Either.right({ dps: outer["dps"], timestamp: numberField(outer, "t") })
        : Either.left(malformed())
  )

/** The inner object is JSON in a string; some devices send the object itself. */
const decodeInner = (value: unknown): Either.Either<Readonly<Record<string, unknown>>, RpcError> =>
  Either.flatMap(
    typeof value === "string"
      ? Either.mapLeft(parseJson(value), () => malformed())
      : Either.right(value),
    (inner) => isRecord(inner) ? Either.right(inner) : Either.left(malformed())
  )

/**
 * Writes a request. `timestamp` (Unix seconds) must be the one of the frame, because that selects the key.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeRequest = (request: Request, timestamp: number): Uint8Array => {
  const inner = JSON.stringify({
    id: request.id,
    method: request.method,
    params: request.params ?? [],
    ...(request.security === undefined ? {} : {
      security: {
        endpoint: request.security.endpoint,
        nonce: Encoding.encodeHex(Redacted.value(request.security.nonce))
      }
    })
  })
  return toBytes({ [requestDataPoint]: inner }, timestamp, false)
}

const decodeSecurity = (value: unknown): Security | undefined => {
  if (!isRecord(value) || typeof value["endpoint"] !== "string" || typeof value["nonce"] !== "string") return undefined
  const nonce = Encoding.decodeHex(value["nonce"].toLowerCase())
  if (Either.isLeft(nonce) || nonce.right.length !== nonceBytes) return undefined
  return { endpoint: value["endpoint"], nonce: Redacted.make(nonce.right) }
}

/**
 * Reads a request, as a device does. A `security` object of another shape makes it malformed.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeRequest = (payload: Uint8Array): Either.Either<Request, RpcError> =>
  Either.flatMap(decodeOuter(payload), ({ dps }) =>
    Either.flatMap(decodeInner(dps[requestDataPoint]), (inner) => {
      const id = numberField(inner, "id")
      const { method, params = [], security: rawSecurity } = inner
      const security = decodeSecurity(rawSecurity)
      if (id === undefined || typeof method !== "string" || !(Array.isArray(params) || isRecord(params))) {
        return Either.left(malformed(id))
      }
      if (rawSecurity !== undefined && security === undefined) return Either.left(malformed(id))
      return Either.right({ id, method, params, security })
    }))

/**
 * Writes the answer to a request, as a device does.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeResponse = (reply: Reply, timestamp: number): Uint8Array =>
  toBytes({ [responseDataPoint]: JSON.stringify(reply) }, timestamp, true)

/**
 * Writes an unsolicited status push, as a device does. Keys are data point numbers.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodePush = (dataPoints: ReadonlyMap<number, unknown>, timestamp: number): Uint8Array =>
  toBytes(Object.fromEntries(dataPoints), timestamp, false)

/** A word instead of a result; some devices put it into a list. */
const refusals: ReadonlyMap<unknown, RpcError["reason"]> = new Map([["unknown_method", "UnknownMethod"], [
  "retry",
  "Retry"
]])

const errorOf = (id: number, error: unknown): RpcError => {
  const code = isRecord(error) ? numberField(error, "code") : undefined
  const text = isRecord(error) ? error["message"] : error
  return new RpcError({
    reason: refusals.get(text) ?? (code === invalidStatusCode ? "InvalidStatus" : "DeviceError"),
    id,
    code,
    deviceMessage: typeof text === "string" ? text : undefined
  })
}

const outcomeOf = (id: number, inner: Readonly<Record<string, unknown>>): Either.Either<unknown, RpcError> => {
  const { error, result } = inner
  if (error !== undefined && error !== null) return Either.left(errorOf(id, error))
  if (result === undefined) return Either.left(malformed(id))
  const refusal = refusals.get(unwrap(result))
  if (refusal !== undefined) return Either.left(new RpcError({ reason: refusal, id }))
  if (typeof result === "string" && result !== "ok") {
    return Either.left(new RpcError({ reason: "DeviceError", id, deviceMessage: result }))
  }
  return Either.right(result)
}

/**
 * Reads what a device sent: a response, a push or a bare acknowledgement.
 *
 * Fails with `MalformedPayload` when the payload is none of these. An error *of the device* is not a failure here: it is
 * the `outcome` of the response, because it belongs to one request.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (payload: Uint8Array): Either.Either<Incoming, RpcError> => {
  if (payload.length === 0) return Either.right({ _tag: "Ack" })
  return Either.flatMap(decodeOuter(payload), ({ dps }): Either.Either<Incoming, RpcError> => {
    const dataPoints = new Map<number, unknown>()
    for (const [key, value] of Object.entries(dps)) {
      if (/^\d+$/.test(key) && dataPointNames.has(Number(key))) dataPoints.set(Number(key), value)
    }
    const answer = dps[responseDataPoint] ?? dps[requestDataPoint]
    if (answer === undefined) return Either.right({ _tag: "Push", dataPoints })
    return Either.flatMap(decodeInner(answer), (inner) => {
      const id = numberField(inner, "id")
      return id === undefined
        ? Either.left(malformed())
        : Either.right({ _tag: "Response", id, outcome: outcomeOf(id, inner), dataPoints })
    })
  })
}

/**
 * Whether a result says success without data: `"ok"` or `["ok"]`.
 *
 * @since 0.1.0
 * @category guards
 */
export const isOk = (result: unknown): boolean =>
  result === "ok" || Array.isArray(result) && result.length === 1 && result[0] === "ok"

/**
 * Takes the element out of a list of one. Most getters answer `[{...}]` or `[74]`, some models the bare value. Not for
 * methods whose answer is a real list, such as `get_room_mapping`.
 *
 * @since 0.1.0
 * @category decoding
 */
export const unwrap = (result: unknown): unknown => Array.isArray(result) && result.length === 1 ? result[0] : result
