import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Redacted from "effect/Redacted"
import * as Frame from "../../Frame.ts"
import * as MapResponse from "../../MapResponse.ts"
import * as Rpc from "../../Rpc.ts"

/** What a pretended vacuum is made of; `answer` comes before what it does by itself. */
export interface Parts {
  readonly localKey: Redacted.Redacted
  readonly status: Readonly<Record<string, unknown>>
  readonly roomMapping: ReadonlyArray<readonly [number, string]>
  readonly map: Uint8Array | undefined
  readonly answer: ((method: string, params: unknown) => unknown) | undefined
}

const pushedFields: ReadonlyMap<string, number> = new Map([
  ["error_code", 120],
  ["state", 121],
  ["battery", 122],
  ["fan_power", 123],
  ["water_box_mode", 124]
])

/** What commands change in the status. */
const effects: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map([
  ["app_start", { state: 5, in_cleaning: 1 }],
  ["app_segment_clean", { state: 18, in_cleaning: 3 }],
  ["resume_segment_clean", { state: 18 }],
  ["app_pause", { state: 10 }],
  ["app_stop", { state: 3, in_cleaning: 0 }],
  ["app_charge", { state: 8, in_cleaning: 0 }]
])

const mapMethod = "get_map_v1"

/** A vacuum without a floor: it does what it is told at once. */
export const make = (parts: Parts) => {
  const received: Array<{ readonly method: string; readonly params: unknown }> = []
  let status = parts.status

  const seal = (
    protocol: number,
    payload: (timestamp: number) => Uint8Array
  ): Effect.Effect<ReadonlyArray<Uint8Array>> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const timestamp = Math.floor(now / 1000)
      const frame = { version: "1.0", seq: received.length, random: 1, timestamp, protocol } as const
      return Either.match(Frame.encode({ ...frame, payload: payload(timestamp) }, parts), {
        onLeft: () => [],
        onRight: (bytes) => [bytes]
      })
    })

  const pushOf = (fields: Readonly<Record<string, unknown>>) => {
    const dataPoints = new Map(
      Object.entries(fields).flatMap(([name, value]) => {
        const id = pushedFields.get(name)
        return id === undefined ? [] : [[id, value] as const]
      })
    )
    return dataPoints.size === 0
      ? Effect.succeed([])
      : seal(Frame.protocols.rpcResponse, (timestamp) => Rpc.encodePush(dataPoints, timestamp))
  }

  /** Changes the status and pushes what devices push. */
  const change = (fields: Readonly<Record<string, unknown>>) =>
    Effect.suspend(() => {
      status = { ...status, ...fields }
      return pushOf(fields)
    })

  const resultOf = (method: string, params: unknown): unknown => {
    const own = parts.answer?.(method, params)
    if (own !== undefined) return own
    if (method === "get_status") return [status]
    if (method === "get_room_mapping") return parts.roomMapping
    if (method === mapMethod) return parts.map === undefined ? "unknown_method" : ["ok"]
    return method.startsWith("get_") ? "unknown_method" : ["ok"]
  }

  const answer = (request: Rpc.Request) =>
    Effect.gen(function*() {
      const { id, method, params, security } = request
      received.push({ method, params })
      const result = resultOf(method, params)
      const reply = yield* seal(
        Frame.protocols.rpcResponse,
        (timestamp) => Rpc.encodeResponse({ id, result }, timestamp)
      )
      const content = method === mapMethod ? parts.map : undefined
      const map = content === undefined || security === undefined
        ? []
        : yield* seal(
          Frame.protocols.mapResponse,
          () => MapResponse.encode({ requestId: id, content }, security)
        )
      return [...reply, ...map, ...(yield* change(effects.get(method) ?? {}))]
    })

  return {
    received,
    change,
    handle: (message: Uint8Array): Effect.Effect<ReadonlyArray<Uint8Array>> =>
      Effect.map(
        Effect.forEach(Frame.decode(message, parts).frames, (frame) => {
          const request = Rpc.decodeRequest(frame.payload)
          return Either.isRight(request) ? answer(request.right) : Effect.succeed([])
        }),
        (answers) => answers.flat()
      )
  }
}
