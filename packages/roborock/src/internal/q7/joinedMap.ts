import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const patience = Duration.toMillis("10 seconds")

/**
 * A map that is too large for one frame comes in two: the beginning of its text as protocol 300, and the end, like the
 * whole of a smaller one, as 301 (PROTOCOL 6.3). An end that is late is taken for a whole map.
 */
export const make = () => {
  let first: { readonly payload: Uint8Array; readonly arrivedAt: number } | undefined
  return {
    begin: (payload: Uint8Array): Effect.Effect<void> =>
      Effect.map(Clock.currentTimeMillis, (arrivedAt) => {
        first = { payload, arrivedAt }
      }),
    end: (payload: Uint8Array): Effect.Effect<Uint8Array> =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const begun = first
        first = undefined
        if (begun === undefined || now - begun.arrivedAt > patience) return payload
        const whole = new Uint8Array(begun.payload.length + payload.length)
        whole.set(begun.payload)
        whole.set(payload, begun.payload.length)
        return whole
      })
  }
}
