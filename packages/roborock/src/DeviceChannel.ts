/**
 * Requests to one V1 device, and what it sends unasked: over the home network where that works, through the cloud
 * where it does not.
 *
 * A question that gets no answer over the home network within three seconds is asked through the cloud; a command is not,
 * because the device may have carried it out. After three missing answers the connection is replaced, on either way.
 *
 * Every client of an account hears everything that its devices answer, so what we did not ask for is counted and
 * dropped, and so is what is damaged, sealed with another key, or late: no message from a device or from anybody else
 * can break the channel.
 *
 * @since 0.1.0
 */
import { randomBytes } from "@noble/hashes/utils.js"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import { CloudChannel } from "./CloudChannel.ts"
import * as Frame from "./Frame.ts"
import { askForHost } from "./internal/channel/askForHost.ts"
import { makeDispatch } from "./internal/channel/dispatch.ts"
import { askForFile, askForPhoto } from "./internal/channel/files.ts"
import * as localKeys from "./internal/channel/localKey.ts"
import * as localLink from "./internal/channel/localLink.ts"
import * as deviceRequests from "./internal/channel/requests.ts"
import { checkArguments, toCloud, toDevice } from "./internal/channel/sender.ts"
import { watchRoute } from "./internal/channel/watchRoute.ts"
import type { LocalDiscovery } from "./LocalDiscovery.ts"
import type { LocalNetwork } from "./LocalNetwork.ts"
import { type AuthError, type CommandError, type ConnectError, RequestError } from "./RoborockError.ts"
import type { Place, Route } from "./Route.ts"
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
   * @default the channel's `timeout`; twice that for maps and photos
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
  readonly online?: boolean | undefined
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
  /** The photo that a map names (`photoId` of an obstacle): an image file. In turn with maps, one at a time. */
  readonly requestPhoto: (photoId: string, options?: RequestOptions) => Effect.Effect<Uint8Array, CommandError>
  /** The way that the next request goes, unless it needs the cloud (as maps and photos do). */
  readonly route: Subscribable.Subscribable<Route>
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
  /**
   * Finds out which key the device has now, when the one given here is in doubt: messages of the device do not open or it
   * refuses the connection on the home network (`refused`), or it has answered nothing for two minutes (`silent`, as is a
   * device that is switched off). It runs again for as long as the doubt lasts.
   *
   * @default the key stays as it is
   */
  readonly renewKey?:
    | ((inDoubt: Redacted.Redacted, reason: "refused" | "silent") => Effect.Effect<Redacted.Redacted>)
    | undefined
  /** The MQTT key `rriot.k` of the account. */
  readonly mqttKey: Redacted.Redacted
  /** @default "10 seconds" */
  readonly timeout?: Duration.DurationInput | undefined
  /** Where the device was found before, or is known to be. @default found by itself */
  readonly place?: Place | undefined
  /** Called with the place of the device each time it was reached on the home network. */
  readonly onPlace?: ((place: Place) => Effect.Effect<void>) | undefined
  /** Return the channel after 15 seconds even if neither way works yet: it comes up by itself later. @default false */
  readonly evenUnreachable?: boolean | undefined
}

/** Answered with a file, which comes by MQTT only; or needed before that; or asked when the home network fails. */
const cloudMethods: ReadonlySet<string> = new Set([
  "get_map_v1",
  "get_clean_record_map",
  "get_multi_map",
  "get_photo",
  "get_random_pkey",
  "get_network_info",
  "get_multi_maps_list",
  "load_multi_map"
])

/** How long a channel that has no cloud waits for the home network, and one that needs neither for both. */
const grace: Duration.DurationInput = "15 seconds"

/** After a cloud that could not be had at the beginning. */
const listenAgain = Schedule.exponential("30 seconds", 1.5).pipe(
  Schedule.modifyDelay((_, delay) => Duration.min(delay, "10 minutes"))
)

/**
 * Opens the channel: subscribes to what the device sends through the cloud, and looks for it on the home network. It
 * completes as soon as one of the two works, and fails with the error of the cloud when neither does. The channel
 * outlives outages of both: requests made meanwhile wait until their time-out.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<
  DeviceChannel,
  AuthError | ConnectError,
  CloudChannel | LocalDiscovery | LocalNetwork | Scope.Scope
> =>
  Effect.gen(function*() {
    const cloud = yield* CloudChannel
    const { duid, localKey, mqttKey, renewKey } = options
    const timeoutOf = (request: RequestOptions | undefined, factor: number) =>
      request?.timeout === undefined
        ? Duration.times(options.timeout ?? "10 seconds", factor)
        : Duration.decode(request.timeout)
    const random = yield* Effect.sync(() => new DataView(randomBytes(8).buffer))
    const security = yield* Effect.sync(() => Security.make(mqttKey, Redacted.make(randomBytes(Security.nonceBytes))))
    const hub = yield* Effect.acquireRelease(PubSub.sliding<Push>(64), PubSub.shutdown)
    const stats = { answers: 0, pushes: 0, unmatched: 0, damaged: 0 }
    const listening = yield* Deferred.make<void>()
    const key: localKeys.LocalKey = yield* localKeys.make({
      localKey,
      renewKey,
      onRenewed: Effect.suspend(() => local.connectAnew)
    })
    const sendToCloud = toCloud(cloud, { duid, localKey: key.current }, security, random.getUint32(4) & 0xfffff)

    const requests: deviceRequests.Requests = yield* deviceRequests.make(random.getUint32(0), {
      choose: ({ answeredBy, method }) =>
        Effect.gen(function*() {
          if (answeredBy !== "response" || cloudMethods.has(method) || local.current() === undefined) return "cloud"
          if (deviceRequests.isQuestion(method) || local.isTrusted()) return "local"
          return (yield* cloud.link.get)._tag === "Up" ? "cloud" : "local"
        }),
      transmit: (id, call, way) =>
        Effect.flatMap(checkArguments(call), () => {
          // An answer that comes before the subscription is confirmed would be lost.
          if (way === "cloud") return Effect.zipRight(Deferred.await(listening), sendToCloud(id, call))
          const channel = local.current()
          return channel === undefined
            ? new RequestError({ reason: "NotConnected", method: call.method })
            : toDevice(channel, id, call)
        }),
      unanswered: (way) => Effect.zipRight(key.unanswered, way === "cloud" ? cloud.unanswered : local.unanswered)
    })
    const dispatch = makeDispatch(requests, security, stats, (push) => PubSub.publish(hub, push))
    const take = (decoded: Frame.Decoded) => Effect.zipRight(key.heard(decoded), dispatch(decoded))

    const local: localLink.LocalLink = yield* localLink.make({
      duid,
      localKey: key.current,
      known: options.place,
      remember: options.onPlace ?? (() => Effect.void),
      ask: askForHost(requests, timeoutOf(undefined, 1)),
      onFrames: (frames, skipped) => take({ frames, skipped }),
      onRefused: key.refused,
      onLost: (error) => requests.abandonSent("local", error)
    })
    yield* Effect.forkScoped(Effect.interruptible(local.run))

    const failure = yield* Deferred.make<never, AuthError | ConnectError>()
    const receive = (payload: Uint8Array) =>
      Effect.zipRight(cloud.answered, Effect.suspend(() => take(Frame.decode(payload, { localKey: key.current() }))))
    yield* cloud.listen(duid, receive).pipe(
      Effect.zipRight(Deferred.succeed(listening, undefined)),
      Effect.tapError((error) => Deferred.fail(failure, error)),
      Effect.retry(listenAgain),
      Effect.interruptible,
      Effect.forkScoped
    )
    // The broker keeps nothing for a client that is away: what was asked before the link dropped stays unanswered.
    yield* cloud.link.changes.pipe(
      Stream.runForEach((link) =>
        link._tag === "Down"
          ? requests.abandonSent("cloud", link.error)
          : link._tag === "Up"
          ? key.outageOver
          : Effect.void
      ),
      Effect.interruptible,
      Effect.forkScoped
    )
    const route = yield* watchRoute(cloud, local)

    const hasLocal = Effect.map(local.triedOnce, () => local.current() !== undefined)
    const onlyLocal = (error: AuthError | ConnectError) =>
      Effect.timeoutTo(hasLocal, { duration: grace, onSuccess: (has) => has, onTimeout: () => false }).pipe(
        Effect.flatMap((has) => has ? Effect.void : Effect.fail(error))
      )
    // The one that comes second must be given up also where the caller cannot be interrupted.
    const reached = Effect.raceFirst(
      Effect.interruptible(
        Effect.catchAll(Effect.raceFirst(Deferred.await(listening), Deferred.await(failure)), onlyLocal)
      ),
      Effect.interruptible(Effect.flatMap(hasLocal, (has) => has ? Effect.void : Effect.never))
    )
    yield* options.evenUnreachable === true
      ? Effect.ignore(Effect.timeout(Effect.interruptible(reached), grace))
      : reached

    const channel: DeviceChannel = {
      request: (method, params, request) =>
        requests.ask({ method, params, answeredBy: "response" }, timeoutOf(request, 1)),
      requestHandle: (method, params, request) =>
        requests.start({ method, params, answeredBy: "response" }, timeoutOf(request, 1)),
      requestMap: (method, params, request) =>
        askForFile(requests, { method, params, answeredBy: "map" }, timeoutOf(request, 2)),
      requestPhoto: (photoId, request) => askForPhoto(requests, security, photoId, timeoutOf(request, 2)),
      route,
      pushes: Stream.fromPubSub(hub),
      stats: Effect.sync(() => ({ ...stats }))
    }
    return channel
  })
