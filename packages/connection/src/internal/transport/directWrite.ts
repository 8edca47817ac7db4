/**
 * The `write` of a wire that mostly has nothing to wait for. Who finds it there may write without a fiber, which takes a
 * tenth of the time of a QoS 1 round trip; a wire that was wrapped has another `write`, so nothing passes the wrapper by.
 */
import * as Effect from "effect/Effect"
import type { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

/** Writes at once, and gives what is left to wait for, or how it failed, if it is not done. */
export type WriteNow = (pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<void, TransportError> | undefined

const now: unique symbol = Symbol("@effect-mqtt/connection/directWrite")

export const make = (writeNow: WriteNow): Wire["write"] =>
  Object.assign(
    (pieces: ReadonlyArray<Uint8Array>) => Effect.suspend(() => writeNow(pieces) ?? Effect.void),
    { [now]: writeNow }
  )

const isDirect = (write: Wire["write"]): write is Wire["write"] & { readonly [now]: WriteNow } => now in write

/** Undefined for a wire that can only be written to by its effect. */
export const of = ({ write }: Wire): WriteNow | undefined => isDirect(write) ? write[now] : undefined
