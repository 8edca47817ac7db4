/**
 * The way to all devices of an account through the MQTT broker of the cloud: one shared connection, made when it is
 * first needed.
 *
 * @since 0.1.0
 */
import * as LiveValue from "@effect-mqtt/connection/LiveValue"
import type * as MqttClient from "@effect-mqtt/connection/MqttClient"
import type { Reconnect } from "@effect-mqtt/connection/Reconnect"
import { Transport } from "@effect-mqtt/connection/Transport"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { type CloudConnection, connectToCloud, toLink, whenUp } from "./internal/channel/cloudConnection.ts"
import * as cloudPause from "./internal/channel/cloudPause.ts"
import { makeWatchdog } from "./internal/channel/cloudWatchdog.ts"
import { fromConnection, fromPublish, fromSubscribe, silent, timedOut } from "./internal/channel/linkError.ts"
import * as log from "./internal/log.ts"
import { uptime } from "./internal/uptime.ts"
import * as MqttCredentials from "./MqttCredentials.ts"
import { RoborockAuth } from "./RoborockAuth.ts"
import type { AuthError, ConnectError } from "./RoborockError.ts"
import type { UserData } from "./UserData.ts"

/**
 * The state of the link: `Idle` until it is first needed. `Down` says why; the link comes up again by itself.
 *
 * @since 0.1.0
 * @category models
 */
export type Link =
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Connecting" }
  | { readonly _tag: "Up" }
  | { readonly _tag: "Down"; readonly error?: AuthError | ConnectError | undefined }

/**
 * Sends to devices and hears from them, by device id. Payloads are sealed frames (`Frame`).
 *
 * @since 0.1.0
 * @category tags
 */
export class CloudChannel extends Context.Tag("@effect-mqtt/roborock/CloudChannel")<CloudChannel, {
  /**
   * Hands every message of a device to the handler, one after the other, until the scope ends. Completes when the
   * broker has confirmed the subscription, which then survives outages, even long ones.
   */
  readonly listen: (
    duid: string,
    handler: (payload: Uint8Array) => Effect.Effect<void>
  ) => Effect.Effect<void, AuthError | ConnectError, Scope.Scope>
  /**
   * Sends once the link is up: waits while it is down, and never leaves a message behind that could be sent after the
   * caller has given up. A robot must not start to clean because of a command from ten minutes ago. With `acknowledged`
   * (QoS 1) it completes when the broker has the message, and fails when the link drops before that.
   */
  readonly send: (
    duid: string,
    payload: Uint8Array,
    acknowledged?: boolean
  ) => Effect.Effect<void, AuthError | ConnectError>
  readonly link: Subscribable.Subscribable<Link>
  /**
   * To be called when a request that was sent got no answer. Brokers sometimes keep a connection over which they deliver
   * nothing: after three such requests in a row it is replaced, at most once in half an hour.
   */
  readonly unanswered: Effect.Effect<void>
  /** To be called when a device has answered. */
  readonly answered: Effect.Effect<void>
}>() {}

/**
 * How to connect.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** @default {@link defaultReconnect} */
  readonly reconnect?: Reconnect | undefined
  /** How long making the connection may take, and after that the first subscription for a device. @default "30 seconds" */
  readonly connectTimeout?: Duration.DurationInput | undefined
}

/**
 * After an outage: ten seconds, then half as long again each time up to ten minutes, with some jitter. The broker locks
 * out accounts that come back in a tight loop, and the lock affects the app too.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultReconnect: Reconnect = Schedule.exponential(cloudPause.firstPause, cloudPause.pauseFactor).pipe(
  Schedule.modifyDelay((_, delay) => Duration.min(delay, cloudPause.longestPause)),
  Schedule.jittered
)

type LinkError = AuthError | ConnectError

type State =
  | { readonly _tag: "None" }
  | { readonly _tag: "Running"; readonly connection: CloudConnection; readonly close: Effect.Effect<void> }
  /** Nobody may try before the pause is over. */
  | { readonly _tag: "Paused"; readonly error: LinkError }

/**
 * The channel of one account. Nothing is connected before somebody listens or sends; everything ends with the scope.
 * A login that the broker refuses is renewed where that is possible.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<CloudChannel["Type"], never, RoborockAuth | Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const transport = yield* Transport
    const auth = yield* RoborockAuth
    const scope = yield* Effect.scope
    const link = yield* LiveValue.make<Link>({ _tag: "Idle" })
    const state = yield* SynchronizedRef.make<State>({ _tag: "None" })
    const firstTimeout = options.connectTimeout ?? "30 seconds"
    const watchdog = makeWatchdog()
    let lastFailure: { readonly error: LinkError } | undefined
    let failures = 0

    const connect = connectToCloud(auth, { timeout: firstTimeout, reconnect: options.reconnect ?? defaultReconnect })
      .pipe(Effect.provideService(Transport, transport))

    // Whoever opens a device may do so where nothing can be interrupted; what runs behind it must end with the scope
    // all the same.
    const supervise = (
      client: MqttClient.MqttClient["Type"],
      userData: UserData,
      close: Effect.Effect<void>
    ) =>
      Effect.gen(function*() {
        const error = fromConnection(yield* Effect.flip(client.failure))
        const renewed = error._tag === "AuthError" && (yield* Effect.isSuccess(auth.renew(userData, error)))
        if (!renewed) {
          yield* log.warning(`the connection to the Roborock cloud is given up for now: ${error.message}`)
          yield* SynchronizedRef.set(state, { _tag: "Paused", error })
        }
        yield* Effect.zipRight(close, link.update(() => ({ _tag: "Down", error })))
        if (!renewed) {
          const pause = error._tag === "AuthError" ? cloudPause.afterRefusal : cloudPause.afterFailure
          yield* cloudPause.waitOut(auth, userData, error, pause)
        }
        yield* SynchronizedRef.set(state, { _tag: "None" })
      }).pipe(Effect.interruptible, Effect.forkIn(scope))

    const start = Effect.flatMap(
      Scope.fork(scope, ExecutionStrategy.sequential),
      (clientScope) =>
        Effect.gen(function*() {
          yield* link.update(() => ({ _tag: "Connecting" }))
          const connection = yield* Scope.extend(connect, clientScope)
          const { client, userData } = connection
          yield* client.status.changes.pipe(
            Stream.runForEach((status) => {
              const now = toLink(status)
              // What was asked while it was down says nothing of the connection there is now.
              if (now._tag === "Up") watchdog.answered()
              return link.update(() => now)
            }),
            Effect.forkIn(clientScope)
          )
          const end = Scope.close(clientScope, Exit.void)
          const supervisor = yield* supervise(client, userData, end)
          failures = 0
          // A client that is closed never fails: nobody is to wait for it.
          return { _tag: "Running", connection, close: Effect.zipRight(Fiber.interrupt(supervisor), end) } as const
        }).pipe(Effect.onError((cause) =>
          Effect.zipRight(
            Scope.close(clientScope, Exit.failCause(cause)),
            // Whoever was to connect may also have been interrupted: then nobody does until the next one needs it.
            link.update(() =>
              Option.match(Cause.failureOption(cause), {
                onNone: () => ({ _tag: "Idle" }),
                onSome: (error) => ({ _tag: "Down", error })
              })
            )
          )
        ))
    )

    const afterFailedStart = (error: LinkError): Effect.Effect<State> =>
      Effect.flatMap(auth.userData, (userData) => {
        lastFailure = { error }
        const pause = cloudPause.pauseBefore(error, ++failures)
        if (pause === undefined) return Effect.succeed<State>({ _tag: "None" })
        const waited = cloudPause.waitOut(auth, userData, error, pause)
        const free = Effect.zipRight(waited, SynchronizedRef.set(state, { _tag: "None" }))
        return Effect.as(Effect.forkIn(Effect.interruptible(free), scope), { _tag: "Paused", error })
      })

    type Current = Effect.Effect<CloudConnection, LinkError>

    const current: Current = Effect.suspend(() => {
      const failedBefore = lastFailure
      const found = SynchronizedRef.modifyEffect(state, (before): Effect.Effect<readonly [Current, State]> => {
        switch (before._tag) {
          case "Running":
            return Effect.succeed([Effect.succeed(before.connection), before])
          case "Paused":
            return Effect.succeed([Effect.fail(before.error), before])
          case "None":
            // Devices that waited while one of them failed to connect need not wait as long, one after the other.
            return lastFailure !== undefined && lastFailure !== failedBefore
              ? Effect.succeed([Effect.fail(lastFailure.error), before])
              : Effect.matchEffect(start, {
                onFailure: (error) => Effect.map(afterFailedStart(error), (after) => [Effect.fail(error), after]),
                onSuccess: (running) => Effect.succeed([Effect.succeed(running.connection), running])
              })
        }
      })
      return Effect.flatten(found)
    })

    const replace = SynchronizedRef.updateEffect(state, (before) =>
      before._tag === "Running"
        ? before.close.pipe(
          Effect.zipRight(link.update(() => ({ _tag: "Down", error: silent() }))),
          Effect.zipRight(log.warning("the connection to the Roborock cloud delivers nothing and is replaced")),
          Effect.as<State>({ _tag: "None" })
        )
        : Effect.succeed(before))

    const listenOnce = (
      duid: string,
      handler: (payload: Uint8Array) => Effect.Effect<void>,
      onReady: Effect.Effect<unknown>
    ) =>
      Effect.gen(function*() {
        const { client, credentials } = yield* current
        const topic = MqttCredentials.responseTopic(credentials, duid)
        const { messages } = yield* Effect.mapError(client.subscription(topic), fromSubscribe)
        yield* onReady
        yield* Effect.mapError(Stream.runForEach(messages, ({ payload }) => handler(payload)), fromSubscribe)
      }).pipe(Effect.scoped)

    return {
      link,
      answered: Effect.sync(watchdog.answered),
      unanswered: Effect.flatMap(uptime, (now) =>
        watchdog.unanswered(now)
          ? Effect.asVoid(Effect.forkIn(Effect.interruptible(replace), scope))
          : Effect.void),
      listen: (duid, handler) =>
        Effect.gen(function*() {
          const ready = yield* Deferred.make<void, LinkError>()
          const fiber = yield* listenOnce(duid, handler, Deferred.succeed(ready, undefined)).pipe(
            Effect.as(true),
            // The first failure is the caller's; later ones are waited out.
            Effect.catchAll((error) => Effect.map(Deferred.fail(ready, error), (first) => !first)),
            Effect.repeat({ while: (again) => again, schedule: cloudPause.betweenTries }),
            Effect.interruptible,
            Effect.forkScoped
          )
          yield* Deferred.await(ready).pipe(
            Effect.timeoutFail({ duration: Duration.times(firstTimeout, 2), onTimeout: timedOut }),
            // A caller that was told that it failed must not be called later.
            Effect.onError(() => Fiber.interruptFork(fiber))
          )
        }),
      send: (duid, payload, acknowledged = false) =>
        Effect.gen(function*() {
          const { client, credentials } = yield* current
          const topic = MqttCredentials.requestTopic(credentials, duid)
          yield* whenUp(client)
          yield* Effect.mapError(client.publish(topic, payload, { qos: acknowledged ? 1 : 0 }), fromPublish)
        })
    }
  })

/**
 * The channel as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<CloudChannel, never, RoborockAuth | Transport> =>
  Layer.scoped(CloudChannel, make(options))
