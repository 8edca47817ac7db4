/**
 * A transport over a device with a synchronous driver that has to be asked: a modem on a serial
 * line, for example. `read` gives what is there, `write` says whether there was room.
 */
import type { Wire } from "@effect-mqtt/connection"
import { MqttError } from "@effect-mqtt/connection"
import type { Scope } from "effect"
import { Effect } from "effect"

export interface Modem {
  readonly read: () => Uint8Array | undefined
  readonly write: (bytes: Uint8Array) => boolean
  readonly hangUp: () => void
  readonly isOnline: () => boolean
}

const closed = new MqttError.TransportError({ reason: "Closed" })

/** Asks again every millisecond until there is an answer or the line is gone. */
const poll = <A>(modem: Modem, ask: () => A | undefined): Effect.Effect<A, MqttError.TransportError> =>
  Effect.suspend(() => {
    const answer = ask()
    if (answer !== undefined) return Effect.succeed(answer)
    return modem.isOnline() ? Effect.delay(poll(modem, ask), "1 millis") : closed
  })

export const wireOf = (modem: Modem): Effect.Effect<Wire.Wire, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.succeed<Wire.Wire>({
      // The driver keeps what is unread, and its buffer is small.
      canPause: true,
      read: poll(modem, modem.read),
      write: (pieces) =>
        Effect.forEach(
          pieces,
          (piece) => poll(modem, () => modem.isOnline() && modem.write(piece) ? true : undefined),
          { discard: true }
        ),
      shutdown: Effect.sync(modem.hangUp)
    }),
    () => Effect.sync(modem.hangUp)
  )
