/**
 * The local side of a simulated robot: what it says on TCP port 58867 to a client that has found it on the home network
 * (PROTOCOL 5).
 *
 * @since 0.1.0
 */
import type { TransportError } from "@effect-mqtt/connection/MqttError"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Frame from "@effect-mqtt/roborock/Frame"
import * as LocalFrame from "@effect-mqtt/roborock/LocalFrame"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { LocalTrouble } from "./Fault.ts"
import type { V1Device } from "./V1Device.ts"

/**
 * The versions that a robot speaks on the home network; each robot speaks one.
 *
 * @since 0.1.0
 * @category models
 */
export type LocalVersion = "1.0" | "L01"

/**
 * Who answers, and how.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly localKey: Redacted.Redacted
  readonly version: LocalVersion
  readonly device: Pick<V1Device, "handleLocal">
  /** What it sends unasked, to every client that has said hello. @default nothing */
  readonly pushes?: Stream.Stream<(timestamp: number) => Uint8Array> | undefined
  /** While true, it accepts everything and answers nothing, as a robot does that has hung. */
  readonly isSilent: () => boolean
  /** What goes wrong with the request that has just arrived. @default nothing */
  readonly trouble?: (() => LocalTrouble | undefined) | undefined
  /** A request was answered. */
  readonly onAnswered: Effect.Effect<void>
}

const helloAccepted = 0
const noise = new TextEncoder().encode("this is no frame, and neither is what follows: ".repeat(4))

const nowSeconds = Effect.map(Clock.currentTimeMillis, (now) => Math.floor(now / 1000))

/** The checksum is in the last bytes of a frame. */
const damaged = (frame: Uint8Array): Uint8Array =>
  frame.map((byte, index) => index === frame.length - 1 ? byte ^ 0xff : byte)

/** A frame without payload may also come with an empty payload and its CRC. */
const toControl = (message: LocalFrame.Message): Omit<LocalFrame.Control, "word"> | undefined =>
  message._tag === "Control" ? message.control : message.frame.payload.length === 0 ? message.frame : undefined

/**
 * Serves one connection until it ends. A hello in another version is silently ignored, and so is everything before the
 * hello.
 *
 * @since 0.1.0
 * @category constructors
 */
export const serve = (options: Options) => (wire: Wire): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { device, localKey, version } = options
    const decoder = LocalFrame.makeDecoder()
    let keys: Frame.Keys = { localKey }
    let greeted = false
    let seq = 0
    // A wire has one writer at a time: a push may come while an answer is on its way.
    const oneWriter = Effect.unsafeMakeSemaphore(1).withPermits(1)
    const write = (bytes: Uint8Array) => oneWriter(wire.write([bytes]))

    const onControl = (control: Omit<LocalFrame.Control, "word">): Effect.Effect<void, TransportError> =>
      Effect.gen(function*() {
        if (control.version !== version) return
        const header = { version, seq: control.seq, timestamp: yield* nowSeconds }
        if (control.protocol === Frame.protocols.helloRequest) {
          const ackNonce = yield* Random.nextIntBetween(1, 0x7fff_ffff)
          keys = { localKey, nonces: { connectNonce: control.random, ackNonce } }
          greeted = true
          yield* write(LocalFrame.encodeControl(
            { ...header, random: ackNonce, protocol: Frame.protocols.helloResponse },
            helloAccepted
          ))
        } else if (control.protocol === Frame.protocols.pingRequest && greeted) {
          yield* write(LocalFrame.encodeControl(
            { ...header, random: control.random, protocol: Frame.protocols.pingResponse }
          ))
        }
      })

    /** Answers and pushes are of the same type. */
    const send = (payload: (timestamp: number) => Uint8Array, isDamaged = false) =>
      Effect.gen(function*() {
        const timestamp = yield* nowSeconds
        const random = yield* Random.nextIntBetween(0, 0x7fff_ffff)
        const frame = { version, seq: ++seq, random, timestamp, protocol: Frame.protocols.generalRequest }
        const sealed = LocalFrame.encode({ ...frame, payload: payload(timestamp) }, keys)
        if (Either.isRight(sealed)) yield* write(isDamaged ? damaged(sealed.right) : sealed.right)
      })

    const onRequest = (payload: Uint8Array): Effect.Effect<void, TransportError | "closed"> =>
      Effect.gen(function*() {
        const trouble = options.trouble?.()
        if (trouble === "close") return yield* Effect.fail("closed" as const)
        if (trouble === "garbage") return yield* write(noise)
        if (trouble === "silent") return
        const answer = yield* device.handleLocal(payload)
        if (answer === undefined) return
        yield* send(answer, trouble === "badChecksum")
        yield* options.onAnswered
      })

    const onMessage = (message: LocalFrame.Message): Effect.Effect<void, TransportError | "closed"> => {
      if (options.isSilent()) return Effect.void
      const control = toControl(message)
      if (control !== undefined) return onControl(control)
      return message._tag === "Data" && greeted && message.frame.protocol === Frame.protocols.generalRequest
        ? onRequest(message.frame.payload)
        : Effect.void
    }

    const hear = wire.read.pipe(
      Effect.flatMap((bytes) => Effect.forEach(decoder.push(bytes, keys).messages, onMessage, { discard: true })),
      Effect.forever,
      Effect.ignore
    )
    const tell = Stream.runForEach(
      options.pushes ?? Stream.never,
      (push) => greeted && !options.isSilent() ? send(push) : Effect.void
    )
    return Effect.raceFirst(hear, Effect.ignore(Effect.zipRight(tell, Effect.never)))
  })
