import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Redacted from "effect/Redacted"
import { toleratedSilence } from "../../DeviceState.ts"
import type * as Frame from "../../Frame.ts"
import { uptime } from "../uptime.ts"

/** Why a key is in doubt: it does not open messages, or the device refuses it; or the device says nothing at all. */
export type Reason = "refused" | "silent"

export interface Options {
  readonly localKey: Redacted.Redacted
  /** Finds out which key there is now, beside the one that is in doubt. */
  readonly renewKey: ((inDoubt: Redacted.Redacted, reason: Reason) => Effect.Effect<Redacted.Redacted>) | undefined
  /** There is another one from now on. */
  readonly onRenewed: Effect.Effect<void>
}

const silence = Duration.toMillis(toleratedSilence)

/** Of what is whole and cannot be opened the key is to blame. */
const isSealedOtherwise = ({ reason }: Frame.FrameError): boolean =>
  reason === "DecryptFailed" || reason === "InvalidLocalKey"

/**
 * The local key of a device, which gets another one when it is paired again. In doubt is the key of a device whose
 * messages it does not open, that refuses it, or that has answered nothing for as long as no restart takes: a device
 * passes over in silence what is sealed with its old key.
 */
export const make = ({ localKey, onRenewed, renewKey }: Options) =>
  Effect.map(Effect.scope, (scope) => {
    let current = localKey
    let isAsking = false
    let silentSince: number | undefined

    /** Whoever finds the key in doubt does not wait. */
    const doubt = (reason: Reason): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (renewKey === undefined || isAsking) return Effect.void
        isAsking = true
        const before = current
        return renewKey(before, reason).pipe(
          Effect.flatMap((found) => {
            if (Equal.equals(found, before)) return Effect.void
            current = found
            return onRenewed
          }),
          Effect.ensuring(Effect.sync(() => {
            isAsking = false
          })),
          Effect.interruptible,
          Effect.forkIn(scope),
          Effect.asVoid
        )
      })

    return {
      current: (): Redacted.Redacted => current,
      /** To be called when the device does not want this client. */
      refused: doubt("refused"),
      /** To be called with what came in. */
      heard: ({ frames, skipped }: Frame.Decoded): Effect.Effect<void> =>
        Effect.suspend(() => {
          if (frames.length > 0) silentSince = undefined
          return frames.length === 0 && skipped.some(isSealedOtherwise) ? doubt("refused") : Effect.void
        }),
      /** To be called when a request that was sent got no answer. */
      unanswered: Effect.flatMap(uptime, (now) => {
        silentSince ??= now
        return now - silentSince < silence ? Effect.void : doubt("silent")
      }),
      /** To be called when the cloud can be reached again: until then the silence was not the device's. */
      outageOver: Effect.sync(() => {
        silentSince = undefined
      })
    }
  })

export type LocalKey = Effect.Effect.Success<ReturnType<typeof make>>
