import { randomBytes } from "@noble/hashes/utils.js"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { CloudChannel } from "../../CloudChannel.ts"
import * as Frame from "../../Frame.ts"
import { type AuthError, type ConnectError, RequestError } from "../../RoborockError.ts"
import * as localKeys from "../channel/localKey.ts"

/** Whom to talk to, through the cloud only. */
export interface Options {
  readonly duid: string
  readonly localKey: Redacted.Redacted
  readonly renewKey: localKeys.Options["renewKey"]
  readonly onRenewed: Effect.Effect<void>
  readonly version: "A01" | "B01"
  /** Come up later where the cloud cannot be had now. */
  readonly evenUnreachable: boolean
  readonly onFrame: (frame: Frame.Frame) => Effect.Effect<void>
}

/**
 * Puts a message of a device on the broker; `method` is what errors call it. With `acknowledged` it ends when the broker
 * has it, and after a failure that is not known.
 */
export type Send = (
  method: string,
  payload: (timestamp: number) => Uint8Array,
  acknowledged?: boolean
) => Effect.Effect<void, RequestError>

/** Both ways to a device, once it is open. */
export interface CloudPort extends Pick<localKeys.LocalKey, "outageOver"> {
  readonly send: Send
  /** To be called when a question that was sent got no answer. */
  readonly unanswered: Effect.Effect<void>
}

/** After a cloud that could not be had at the beginning. */
const listenAgain = Schedule.exponential("30 seconds", 1.5).pipe(
  Schedule.modifyDelay((_, delay) => Duration.min(delay, "10 minutes"))
)

const random32 = Effect.sync(() => new DataView(randomBytes(4).buffer).getUint32(0))

/** Opens frames for `onFrame` and seals those to the device, until the scope ends. What is damaged is dropped. */
export const make = (
  options: Options
): Effect.Effect<CloudPort, AuthError | ConnectError, CloudChannel | Scope.Scope> =>
  Effect.gen(function*() {
    const { duid, evenUnreachable, onFrame, version } = options
    const cloud = yield* CloudChannel
    const key = yield* localKeys.make(options)
    const receive = (payload: Uint8Array) =>
      Effect.zipRight(
        cloud.answered,
        Effect.suspend(() => {
          const decoded = Frame.decode(payload, { localKey: key.current() })
          return Effect.zipRight(key.heard(decoded), Effect.forEach(decoded.frames, onFrame, { discard: true }))
        })
      )
    const listen = cloud.listen(duid, receive)
    if (evenUnreachable) {
      yield* Effect.forkScoped(Effect.interruptible(Effect.retry(listen, listenAgain)))
    } else {
      yield* listen
    }
    let seq = yield* random32
    const send: Send = (method, payload, acknowledged = false) =>
      Effect.gen(function*() {
        const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
        seq = (seq + 1) >>> 0
        const frame = {
          version,
          seq,
          random: yield* random32,
          timestamp,
          protocol: Frame.protocols.rpcRequest,
          payload: payload(timestamp)
        }
        const bytes = yield* Effect.mapError(
          Frame.encode(frame, { localKey: key.current() }),
          (cause) =>
            new RequestError({
              reason: cause.reason === "InvalidLocalKey" ? "InvalidKey" : "TooLarge",
              method,
              cause
            })
        )
        yield* Effect.mapError(
          cloud.send(duid, bytes, acknowledged),
          (cause) =>
            new RequestError({
              reason: cause.reason === "Unsendable" ? "TooLarge" : acknowledged ? "ConnectionLost" : "NotConnected",
              method,
              cause
            })
        )
      })
    return { send, unanswered: Effect.zipRight(cloud.unanswered, key.unanswered), outageOver: key.outageOver }
  })
