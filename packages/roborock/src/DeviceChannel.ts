/**
 * Requests to one V1 device over the cloud, and what it sends by itself.
 *
 * All clients of an account hear all that its devices answer, so what we did not ask for is counted and dropped, and
 * so is what is damaged, sealed with another key, or late: no message of a device or of somebody else can break the
 * channel.
 *
 * @since 0.1.0
 */
import { randomBytes } from "@noble/hashes/utils.js"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CloudChannel } from "./CloudChannel.ts"
import * as Frame from "./Frame.ts"
import { read as readIncoming } from "./internal/device/incoming.ts"
import * as deviceRequests from "./internal/device/requests.ts"
import { type AuthError, type CommandError, type ConnectError, DeviceError, RequestError } from "./RoborockError.ts"
import * as Rpc from "./Rpc.ts"
import * as Security from "./Security.ts"

/**
 * Arguments of a method: a list or an object.
 *
 * @since 0.1.0
 * @category models
 */
export type Params = ReadonlyArray<unknown> | Readonly<Record<string, unknown>>

/**
 * Options of one request.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestOptions {
  /**
   * From the request to its answer: waiting for a turn and for the link, and asking again, are included.
   *
   * @default the channel's `timeout`; twice that for maps
   */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * What a device sent unasked: data points by number (`V1Codes.dataPointNames`), and whether the cloud sees it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Push {
  readonly dataPoints: ReadonlyMap<number, unknown>
  readonly online?: boolean
}

/**
 * What came in since the channel was made. `unmatched` are answers nobody waits for: late ones, and those to other
 * clients.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  readonly answers: number
  readonly pushes: number
  readonly unmatched: number
  readonly damaged: number
}

/**
 * The channel to one device.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceChannel {
  /**
   * Sends a command and waits for its result, as the device wrote it (see `Rpc.unwrap`). A device that is still
   * preparing the answer is asked again up to three times; nothing else is repeated.
   */
  readonly request: (
    method: string,
    params?: Params,
    options?: RequestOptions
  ) => Effect.Effect<unknown, CommandError>
  /**
   * The same in two phases: the outer effect completes when the command has been handed to the network, the inner one
   * with the result. Both share the time-out. The scope ends the waiting. A device that is still preparing the answer
   * is `Busy`: asking again is up to the caller.
   */
  readonly requestHandle: (
    method: string,
    params?: Params,
    options?: RequestOptions
  ) => Effect.Effect<Effect.Effect<unknown, CommandError>, RequestError, Scope.Scope>
  /** A command that is answered with a map: gives the inflated map file. One at a time. */
  readonly requestMap: (
    method: string,
    params?: Params,
    options?: RequestOptions
  ) => Effect.Effect<Uint8Array, CommandError>
  /** What the device sends unasked. A slow reader misses the oldest of more than 64. */
  readonly pushes: Stream.Stream<Push>
  readonly stats: Effect.Effect<Stats>
}

/**
 * Whom to talk to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly duid: string
  readonly localKey: Redacted.Redacted
  /** The MQTT key `rriot.k` of the account. */
  readonly mqttKey: Redacted.Redacted
  /** @default "10 seconds" */
  readonly timeout?: Duration.DurationInput | undefined
}

const reasonsOfDevice = {
  UnknownMethod: "UnknownMethod",
  Retry: "Busy",
  InvalidStatus: "InvalidState",
  DeviceError: "Refused"
} as const

const commandError = (method: string, error: Rpc.RpcError): CommandError =>
  error.reason === "MalformedPayload"
    ? new RequestError({ reason: "BadAnswer", method, cause: error })
    : new DeviceError({
      reason: reasonsOfDevice[error.reason],
      method,
      code: error.code,
      text: error.deviceMessage?.slice(0, 200)
    })

/**
 * Opens the channel: starts the cloud connection if need be and subscribes to what the device sends. It outlives
 * outages of the link: requests made meanwhile wait for it until their time-out.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<DeviceChannel, AuthError | ConnectError, CloudChannel | Scope.Scope> =>
  Effect.gen(function*() {
    const cloud = yield* CloudChannel
    const { duid, localKey, mqttKey } = options
    const timeoutOf = (request: RequestOptions | undefined, factor: number) =>
      request?.timeout === undefined
        ? Duration.times(options.timeout ?? "10 seconds", factor)
        : Duration.decode(request.timeout)
    const random = yield* Effect.sync(() => new DataView(randomBytes(8).buffer))
    const security = yield* Effect.sync(() => Security.make(mqttKey, Redacted.make(randomBytes(Security.nonceBytes))))
    const hub = yield* Effect.acquireRelease(PubSub.sliding<Push>(64), PubSub.shutdown)
    const stats = { answers: 0, pushes: 0, unmatched: 0, damaged: 0 }
    let seq = random.getUint32(4) & 0xfffff

    const encode = (id: number, { method, params }: deviceRequests.Call, timestamp: number) => {
      seq = (seq + 1) >>> 0
      const payload = Rpc.encodeRequest({ id, method, params, security }, timestamp)
      const header = {
        version: "1.0",
        seq,
        random: new DataView(randomBytes(4).buffer).getUint32(0),
        timestamp
      } as const
      return Frame.encode({ ...header, protocol: Frame.protocols.rpcRequest, payload }, { localKey })
    }

    const transmit: deviceRequests.Transmit = (id, call) =>
      Effect.gen(function*() {
        const { method } = call
        const now = yield* Clock.currentTimeMillis
        const bytes = yield* Effect.mapError(
          encode(id, call, Math.floor(now / 1000)),
          (cause) => new RequestError({ reason: "TooLarge", method, cause })
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

    const requests = yield* deviceRequests.make(random.getUint32(0), transmit)

    const answer = (
      id: number,
      isMap: boolean,
      outcome: (method: string) => Exit.Exit<unknown, CommandError>
    ): Effect.Effect<void> => {
      const entry = requests.find(id)
      if (entry === undefined || isMap && !entry.map) {
        stats.unmatched++
        return Effect.void
      }
      const exit = outcome(entry.method)
      if (entry.map && !isMap && Exit.isSuccess(exit)) return Effect.void
      stats.answers++
      return deviceRequests.settle(entry, exit)
    }

    const receive = (payload: Uint8Array): Effect.Effect<void> =>
      Effect.forEach(readIncoming(payload, { localKey }, security), (message): Effect.Effect<unknown> => {
        switch (message._tag) {
          case "Response":
            return answer(message.id, false, (method) =>
              Either.match(message.outcome, {
                onLeft: (error) => Exit.fail(commandError(method, error)),
                onRight: Exit.succeed
              }))
          case "Map":
            return answer(message.id, true, (method) =>
              Either.match(message.content, {
                onLeft: (cause) => Exit.fail(new RequestError({ reason: "BadAnswer", method, cause })),
                onRight: Exit.succeed
              }))
          case "Push":
            stats.pushes++
            return PubSub.publish(hub, message)
          case "Foreign":
            stats.unmatched++
            return Effect.void
          case "Damaged":
            stats.damaged++
            return Effect.logDebug(`dropped a part of a message: ${message.why}`)
        }
      }, { discard: true })

    yield* cloud.listen(duid, receive)
    // The broker keeps nothing for a client that is away: what was asked before the link dropped stays unanswered.
    yield* cloud.link.changes.pipe(
      Stream.runForEach((link) => link._tag === "Down" ? requests.abandonSent(link.error) : Effect.void),
      Effect.interruptible,
      Effect.forkScoped
    )

    const channel: DeviceChannel = {
      request: (method, params, request) => requests.ask({ method, params, map: false }, timeoutOf(request, 1)),
      requestHandle: (method, params, request) => requests.start({ method, params, map: false }, timeoutOf(request, 1)),
      requestMap: (method, params, request) =>
        Effect.filterOrFail(
          requests.ask({ method, params, map: true }, timeoutOf(request, 2)),
          (content) => content instanceof Uint8Array,
          () => new RequestError({ reason: "BadAnswer", method })
        ),
      pushes: Stream.fromPubSub(hub),
      stats: Effect.sync(() => ({ ...stats }))
    }
    return channel
  })
