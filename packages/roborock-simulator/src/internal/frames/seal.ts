import * as Frame from "@effect-mqtt/roborock/Frame"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"

const maxSequence = 0xffff_ffff

/** Makes the payload of a frame, which wants the time of the frame (Unix seconds), into MQTT messages. */
export type Seal = (
  protocol: number,
  payload: (timestamp: number) => Uint8Array
) => Effect.Effect<ReadonlyArray<Uint8Array>>

/** What a device needs to seal frames: time and numbers come from the `Clock` and `Random` services. */
export const makeSeal = (
  version: Exclude<Frame.Version, "L01">,
  device: { readonly name: string; readonly localKey: Redacted.Redacted }
): Effect.Effect<Seal> =>
  Effect.map(Random.nextIntBetween(1, 1_000_000), (first) => {
    let seq = first
    return (protocol, payload) =>
      Effect.gen(function*() {
        const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
        const random = yield* Random.nextIntBetween(0, 0x7fff_ffff)
        seq = seq >= maxSequence ? 1 : seq + 1
        const sealed = Frame.encode(
          { version, seq, random, timestamp, protocol, payload: payload(timestamp) },
          { localKey: device.localKey }
        )
        if (Either.isRight(sealed)) return [sealed.right]
        yield* Effect.logWarning(`simulated ${device.name} has an answer that fits no frame`)
        return []
      })
  })

/** A device status (PROTOCOL 3.2), in plain JSON once the frame is opened. */
export const sealPresence = (seal: Seal) => (online: boolean): Effect.Effect<ReadonlyArray<Uint8Array>> =>
  seal(Frame.protocols.deviceStatus, () => new TextEncoder().encode(JSON.stringify({ online })))

/** The payloads of the requests in a message. What is damaged, or sealed with another key, is passed over. */
export const requestsIn = (
  message: Uint8Array,
  version: Frame.Version,
  localKey: Redacted.Redacted
): ReadonlyArray<Uint8Array> =>
  Frame.decode(message, { localKey }).frames
    .filter((frame) => frame.version === version && frame.protocol === Frame.protocols.rpcRequest)
    .map(({ payload }) => payload)
