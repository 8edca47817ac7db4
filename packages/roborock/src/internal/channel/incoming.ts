import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Frame from "../../Frame.ts"
import * as MapResponse from "../../MapResponse.ts"
import * as PhotoResponse from "../../PhotoResponse.ts"
import * as Rpc from "../../Rpc.ts"
import type { Security } from "../../Security.ts"
import { decodeOnline } from "./deviceStatus.ts"

/** What one frame of a device means to us. */
export type Incoming =
  | { readonly _tag: "Response"; readonly id: number; readonly outcome: Either.Either<unknown, Rpc.RpcError> }
  | { readonly _tag: "Map" | "Photo"; readonly id: number; readonly content: Either.Either<Uint8Array, unknown> }
  | { readonly _tag: "Push"; readonly dataPoints: ReadonlyMap<number, unknown>; readonly online?: boolean }
  /** A map for another client of the account. */
  | { readonly _tag: "Foreign" }
  | { readonly _tag: "Damaged"; readonly why: string }

const noDataPoints: ReadonlyMap<number, unknown> = new Map()

const readMap = (payload: Uint8Array, security: Security): ReadonlyArray<Incoming> =>
  Either.match(MapResponse.decode(payload, security), {
    onLeft: (error) =>
      error.requestId === undefined
        ? [{ _tag: "Damaged", why: error.message }]
        : [{ _tag: "Map", id: error.requestId, content: Either.left(error) }],
    onRight: Option.match({
      onNone: () => [{ _tag: "Foreign" }],
      onSome: ({ content, requestId }) => [{ _tag: "Map", id: requestId, content: Either.right(content) }]
    })
  })

/** A photo does not say for whom it is: only the id of its request tells. */
const readFile = (payload: Uint8Array, security: Security): ReadonlyArray<Incoming> =>
  Either.match(PhotoResponse.decode(payload), {
    onLeft: (error) =>
      error.requestId === undefined
        ? [{ _tag: "Damaged", why: error.message }]
        : [{ _tag: "Photo", id: error.requestId, content: Either.left(error) }],
    onRight: Option.match({
      onNone: () => readMap(payload, security),
      onSome: ({ image, requestId }) => [{ _tag: "Photo", id: requestId, content: Either.right(image) }]
    })
  })

const readStatus = (payload: Uint8Array): ReadonlyArray<Incoming> =>
  Either.match(decodeOnline(payload), {
    onLeft: (why) => [{ _tag: "Damaged", why }],
    onRight: (online) => online === undefined ? [] : [{ _tag: "Push", dataPoints: noDataPoints, online }]
  })

const readRpc = (payload: Uint8Array): ReadonlyArray<Incoming> =>
  Either.match(Rpc.decode(payload), {
    onLeft: (error) => [{ _tag: "Damaged", why: error.message }],
    onRight: (message): ReadonlyArray<Incoming> => {
      switch (message._tag) {
        case "Ack":
          return []
        case "Push":
          return message.dataPoints.size === 0 ? [] : [message]
        case "Response": {
          const response: Incoming = { _tag: "Response", id: message.id, outcome: message.outcome }
          return message.dataPoints.size === 0 ? [response] : [{ ...message, _tag: "Push" }, response]
        }
      }
    }
  })

const readFrame = (frame: Frame.Frame, security: Security): ReadonlyArray<Incoming> =>
  frame.protocol === Frame.protocols.mapResponse
    ? readFile(frame.payload, security)
    : frame.protocol === Frame.protocols.deviceStatus
    ? readStatus(frame.payload)
    : readRpc(frame.payload)

/** Reads what frames of a device hold. Nothing that can be in them makes this fail. */
export const read = (
  { frames, skipped }: Frame.Decoded,
  security: Security
): ReadonlyArray<Incoming> => [
  ...skipped.map((error): Incoming => ({ _tag: "Damaged", why: error.message })),
  ...frames.flatMap((frame) => readFrame(frame, security))
]
