import { randomBytes } from "@noble/hashes/utils.js"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { CloudChannel } from "../../CloudChannel.ts"
import * as Frame from "../../Frame.ts"
import type { LocalChannel } from "../../LocalChannel.ts"
import { RequestError } from "../../RoborockError.ts"
import * as Rpc from "../../Rpc.ts"
import type { Security } from "../../Security.ts"
import type { Call } from "./requests.ts"

const tooLarge = (method: string) => (cause: unknown) => new RequestError({ reason: "TooLarge", method, cause })

const random32 = Effect.sync(() => new DataView(randomBytes(4).buffer).getUint32(0))

/** Arguments come from the caller: a BigInt, or an object that contains itself, is not JSON. */
export const checkArguments = ({ method, params }: Call): Effect.Effect<unknown, RequestError> =>
  Effect.try({
    try: () => JSON.stringify(params),
    catch: (cause) =>
      new RequestError({ reason: "InvalidArgument", method, why: "the parameters have to be values of JSON", cause })
  })

/** Seals calls and puts them on the broker. `firstSeq` is the number of the frame before the first one. */
export const toCloud = (
  cloud: CloudChannel["Type"],
  { duid, localKey }: { readonly duid: string; readonly localKey: () => Redacted.Redacted },
  security: Security,
  firstSeq: number
) => {
  let seq = firstSeq
  return (id: number, { method, params }: Call): Effect.Effect<void, RequestError> =>
    Effect.gen(function*() {
      const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      seq = (seq + 1) >>> 0
      const bytes = yield* Effect.mapError(
        Frame.encode({
          version: "1.0",
          seq,
          random: yield* random32,
          timestamp,
          protocol: Frame.protocols.rpcRequest,
          payload: Rpc.encodeRequest({ id, method, params, security }, timestamp)
        }, { localKey: localKey() }),
        tooLarge(method)
      )
      yield* Effect.mapError(
        cloud.send(duid, bytes),
        (cause) =>
          new RequestError({
            // Our topics are valid and QoS 0 is always there: only the size of a message can be refused.
            reason: cause.reason === "Unsendable" ? "TooLarge" : "NotConnected",
            method,
            cause
          })
      )
    })
}

/** Puts a call on a connection of the home network. */
export const toDevice = (
  channel: LocalChannel,
  id: number,
  { method, params }: Call
): Effect.Effect<void, RequestError> =>
  Effect.mapError(
    channel.send(Frame.protocols.generalRequest, (timestamp) => Rpc.encodeRequest({ id, method, params }, timestamp)),
    (cause) =>
      cause._tag === "FrameError"
        ? tooLarge(method)(cause)
        // Whether the whole frame went out is not known.
        : new RequestError({ reason: "ConnectionLost", method, cause })
  )
