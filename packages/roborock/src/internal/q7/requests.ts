import { randomBytes } from "@noble/hashes/utils.js"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Q7Rpc from "../../Q7Rpc.ts"
import { type CommandError, DeviceError, RequestError } from "../../RoborockError.ts"
import type { Context, Fields, Turn } from "../device/dialectContext.ts"

/** Ids have twelve digits; of four random bytes, these make places far apart among them. */
const firstId = 100_000_000_000
const stride = 200

interface Pending {
  readonly method: string
  readonly result: Deferred.Deferred<unknown, CommandError>
}

const refusal = (method: string, error: Q7Rpc.Q7RpcError): CommandError =>
  error.reason === "DeviceError"
    ? new DeviceError({ reason: "Refused", method, code: error.code })
    : new RequestError({ reason: "BadAnswer", method, cause: error })

/** The requests of one device that wait for their answers, or for their turn. */
export const make = ({ exchange }: Pick<Context, "exchange">) => {
  const pending = new Map<string, Pending>()
  // Another program of the same account hears the answers to this one: they must not look like its own.
  let lastId = firstId + new DataView(randomBytes(4).buffer).getUint32(0) * stride
  const requestIn = (turn: Turn) => (method: string, params: Fields = {}): Effect.Effect<unknown, CommandError> =>
    Effect.gen(function*() {
      const result = yield* Deferred.make<unknown, CommandError>()
      const msgId = String(++lastId)
      return yield* exchange(
        turn,
        method,
        (timestamp) => Q7Rpc.encodeRequest({ msgId, method, params }, timestamp),
        (send) =>
          Effect.acquireUseRelease(
            Effect.sync(() => pending.set(msgId, { method, result })),
            () => Effect.zipRight(send, Deferred.await(result)),
            () => Effect.sync(() => pending.delete(msgId))
          )
      )
    })

  return {
    question: requestIn("question"),
    order: requestIn("command"),
    /** What answers nobody's request is for another program. */
    answered: ({ msgId, outcome }: Extract<Q7Rpc.Incoming, { readonly _tag: "Response" }>): Effect.Effect<unknown> =>
      Effect.suspend(() => {
        const waiting = pending.get(msgId)
        return waiting === undefined
          ? Effect.void
          : Deferred.complete(waiting.result, Effect.mapError(outcome, (error) => refusal(waiting.method, error)))
      })
  }
}
