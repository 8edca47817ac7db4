/**
 * One TCP connection to one device on the home network: from the hello exchange to its end.
 *
 * Once ended it stays down; `DeviceChannel` makes the next one.
 *
 * @since 0.1.0
 */
import type { TransportError } from "@effect-mqtt/connection/MqttError"
import type { Wire } from "@effect-mqtt/connection/Wire"
import { randomBytes } from "@noble/hashes/utils.js"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Frame from "./Frame.ts"
import * as LocalFrame from "./LocalFrame.ts"
import { LocalNetwork } from "./LocalNetwork.ts"
import { ConnectError } from "./RoborockError.ts"

/**
 * The TCP port of devices.
 *
 * @since 0.1.0
 * @category constants
 */
export const port = 58_867

/**
 * An open connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocalChannel {
  readonly host: string
  /** What device and client have agreed on. */
  readonly version: Frame.Version
  /**
   * Seals a payload and sends it. `payload` gets the time of the frame in Unix seconds, because that decides the key.
   * A payload that does not fit a frame fails with `FrameError` and harms nothing; a failed write ends the connection.
   */
  readonly send: (
    protocol: number,
    payload: (timestamp: number) => Uint8Array
  ) => Effect.Effect<void, ConnectError | Frame.FrameError>
  /** Waits for the end, and says why it came. */
  readonly closed: Effect.Effect<ConnectError>
  /** Ends the connection for the caller's own reason. */
  readonly end: (error: ConnectError) => Effect.Effect<void>
}

/**
 * Whom to connect to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly host: string
  readonly localKey: Redacted.Redacted
  /** Versions to say hello in, one after the other on the same connection. @default `1.0`, then `L01` */
  readonly versions?: ReadonlyArray<Frame.Version> | undefined
  /** What one read from the network held: good frames, and an error for each that was skipped. */
  readonly onFrames: (
    frames: ReadonlyArray<Frame.Frame>,
    skipped: ReadonlyArray<Frame.FrameError>
  ) => Effect.Effect<void>
  /** For the TCP connection, and then for each hello. @default "5 seconds" */
  readonly timeout?: Duration.DurationInput | undefined
  /** How often the device is pinged; the connection ends after two pings in a row without any reply. @default "10 seconds" */
  readonly keepAlive?: Duration.DurationInput | undefined
}

const failed = (reason: ConnectError["reason"], cause?: unknown, code?: number) =>
  new ConnectError({ reason, service: "device", retryable: true, cause, code })

const lost = (cause: TransportError) => failed("ConnectionLost", cause)

const random32 = Effect.sync(() => new DataView(randomBytes(4).buffer).getUint32(0))

/** The hello nonce keeps to the range of the older client, which every device is known to take. */
const helloNonce = Effect.map(random32, (random) => 10_000 + random % 32_767)

const nowSeconds = Effect.map(Clock.currentTimeMillis, (now) => Math.floor(now / 1000))

const maxMissedPings = 2

/** Says hello in one version; `undefined` when the device stays silent, as one of another version does. */
const hello = (
  wire: Wire,
  version: Frame.Version,
  answer: Deferred.Deferred<LocalFrame.Control, ConnectError>,
  timeout: Duration.DurationInput
) =>
  Effect.gen(function*() {
    const connectNonce = yield* helloNonce
    const request = {
      version,
      seq: 1,
      random: connectNonce,
      timestamp: yield* nowSeconds,
      protocol: Frame.protocols.helloRequest
    }
    yield* Effect.mapError(wire.write([LocalFrame.encodeControl(request, "crc")]), lost)
    const response = yield* Effect.timeoutTo(Deferred.await(answer), {
      duration: timeout,
      onSuccess: (control): LocalFrame.Control | undefined => control,
      onTimeout: () => undefined
    })
    if (response === undefined) return undefined
    const { random: ackNonce, word: code = 0 } = response
    return code === 0 ? { connectNonce, ackNonce } : yield* failed("HandshakeRefused", undefined, code)
  })

/**
 * Connects and says hello. The connection ends with the scope, or before that by itself: see `closed`.
 *
 * Fails with `Unreachable` where nothing listens, with `TimedOut` where the device does not answer: it is busy, it
 * speaks another version, or the key is another device's.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<LocalChannel, ConnectError, LocalNetwork | Scope.Scope> =>
  Effect.gen(function*() {
    const { host, localKey, onFrames, timeout = "5 seconds" } = options
    const network = yield* LocalNetwork
    const wire = yield* network.connect(host, port).pipe(
      Effect.mapError((cause) => failed("Unreachable", cause)),
      Effect.timeoutFail({ duration: timeout, onTimeout: () => failed("TimedOut") })
    )
    const closed = yield* Deferred.make<ConnectError>()
    const end = (error: ConnectError) => Effect.asVoid(Deferred.succeed(closed, error))
    const oneWriter = yield* Effect.makeSemaphore(1)
    const decoder = LocalFrame.makeDecoder()
    let keys: Frame.Keys = { localKey }
    let expected: {
      readonly version: Frame.Version
      readonly answer: Deferred.Deferred<LocalFrame.Control, ConnectError>
    } | undefined
    let missedPings = 0

    const take = (chunk: Uint8Array) =>
      Effect.suspend(() => {
        const { messages, skipped } = decoder.push(chunk, keys)
        const frames: Array<Frame.Frame> = []
        let answered: Effect.Effect<unknown> = Effect.void
        for (const message of messages) {
          missedPings = 0
          if (message._tag === "Data") frames.push(message.frame)
          else if (
            message.control.protocol === Frame.protocols.helloResponse && message.control.version === expected?.version
          ) {
            answered = Deferred.succeed(expected.answer, message.control)
          }
        }
        const isHopeless = skipped.some(({ reason }) => reason === "TooManyErrors")
        return Effect.all([
          answered,
          frames.length > 0 || skipped.length > 0 ? onFrames(frames, skipped) : Effect.void,
          isHopeless ? end(failed("BadAnswer", skipped.at(-1))) : Effect.void
        ], { discard: true })
      })

    yield* wire.read.pipe(
      Effect.flatMap(take),
      Effect.forever,
      Effect.catchAll((cause) => end(lost(cause))),
      Effect.interruptible,
      Effect.forkScoped
    )

    /** A device that has hung up may still take what is written. */
    const isOver = Effect.flatMap(
      Deferred.poll(closed),
      Option.match({ onNone: () => Effect.void, onSome: (error) => Effect.flatMap(error, Effect.fail) })
    )

    // A write that was cut may have sent a part of a frame, and what follows would be read as the rest of it.
    const write = (bytes: Uint8Array) =>
      oneWriter.withPermits(1)(
        isOver.pipe(
          Effect.zipRight(wire.write([bytes])),
          Effect.mapError((error) => error._tag === "ConnectError" ? error : lost(error)),
          Effect.timeoutFail({ duration: timeout, onTimeout: () => failed("TimedOut") }),
          Effect.tapError(end),
          Effect.onInterrupt(() => end(failed("ConnectionLost")))
        )
      )

    const greet = Effect.gen(function*() {
      for (const version of options.versions ?? ["1.0", "L01"]) {
        const answer = yield* Deferred.make<LocalFrame.Control, ConnectError>()
        expected = { version, answer }
        const nonces = yield* hello(wire, version, answer, timeout)
        expected = undefined
        if (nonces !== undefined) return { version, nonces }
      }
      return yield* failed("TimedOut")
    })
    const { nonces, version } = yield* Effect.raceFirst(
      Effect.interruptible(greet),
      Effect.interruptible(Effect.flatMap(Deferred.await(closed), Effect.fail))
    )
    keys = { localKey, nonces }

    let seq = (yield* random32) & 0xfffff
    const nextSeq = () => seq = (seq + 1) >>> 0

    const ping = Effect.gen(function*() {
      if (missedPings >= maxMissedPings) return yield* end(failed("TimedOut"))
      missedPings++
      const header = { version, seq: nextSeq(), random: yield* random32, timestamp: yield* nowSeconds }
      yield* Effect.ignore(write(LocalFrame.encodeControl({ ...header, protocol: Frame.protocols.pingRequest }, "crc")))
    })
    yield* ping.pipe(
      Effect.delay(options.keepAlive ?? "10 seconds"),
      Effect.forever,
      Effect.interruptible,
      Effect.forkScoped
    )

    return {
      host,
      version,
      closed: Deferred.await(closed),
      end,
      send: (protocol, payload) =>
        Effect.gen(function*() {
          const timestamp = yield* nowSeconds
          const header = { version, seq: nextSeq(), random: yield* random32, timestamp }
          const bytes = yield* LocalFrame.encode({ ...header, protocol, payload: payload(timestamp) }, keys)
          yield* write(bytes)
        })
    }
  })
