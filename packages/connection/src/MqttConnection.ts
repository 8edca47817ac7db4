/**
 * Exactly one network connection, from CONNECT to its end, for programs that manage links
 * themselves. When the link drops it ends with a typed reason and stays down; a new `make` takes
 * its place. Nearly everyone wants `MqttClient` instead.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ConnectionOptions, DisconnectOptions } from "./ConnectionOptions.ts"
import * as Endpoint from "./Endpoint.ts"
import * as attempts from "./internal/client/connecting/attempt.ts"
import { clientIdOf } from "./internal/client/connecting/clientId.ts"
import * as goodbye from "./internal/client/connecting/goodbye.ts"
import * as versions from "./internal/client/connecting/version.ts"
import * as engines from "./internal/client/engine/engine.ts"
import * as settings from "./internal/client/engine/settings.ts"
import { toConnectError } from "./internal/client/link/linkFailed.ts"
import * as pumps from "./internal/client/link/pump.ts"
import * as inboxes from "./internal/client/subscribing/inbox.ts"
import { LinkSubscriptions } from "./internal/client/subscribing/linkSubscriptions.ts"
import { atMost } from "./internal/timeLimit.ts"
import type { Message, PublishOptions, PublishResult, QoS, SubscribeOptions, SubscribeRequest } from "./Message.ts"
import type { AuthError, ConnectError, PublishError, SubscribeError } from "./MqttError.ts"
import type { Negotiated, ProtocolVersion } from "./Negotiated.ts"
import { Transport } from "./Transport.ts"

/**
 * Why a connection ended; reason `Closed` when it was closed here.
 *
 * @since 0.1.0
 * @category models
 */
export type CloseReason = AuthError | ConnectError

/**
 * One established connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface MqttConnection {
  /**
   * QoS 0 completes when the message is accepted for writing, QoS 1 with the PUBACK, QoS 2 with the
   * PUBCOMP; reason `Closed` when the connection ends first. A `Uint8Array` is copied when the
   * effect runs.
   */
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: PublishOptions
  ) => Effect.Effect<PublishResult, PublishError>
  /**
   * Completes with the SUBACK and gives the QoS granted for each filter, in order. What arrives is in
   * `messages`. If the server refuses filters, it fails with the first of them and takes back those
   * that this call has added.
   */
  readonly subscribe: (
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: SubscribeOptions
  ) => Effect.Effect<ReadonlyArray<QoS>, SubscribeError>
  /**
   * Completes with the UNSUBACK; reason `UnsubscribeRejected` if the server keeps one of them. User properties go with the
   * UNSUBSCRIBE of MQTT 5.
   */
  readonly unsubscribe: (
    filter: string | ReadonlyArray<string>,
    options?: Pick<SubscribeOptions, "userProperties">
  ) => Effect.Effect<void, SubscribeError>
  /**
   * Every message of this connection, for one consumer at a time; a second one dies. Ends when the
   * connection is closed here, fails when it breaks. QoS 1 and 2 messages are acknowledged when the
   * consumer asks for more or ends. A consumer takes whole batches: what it has not looked at when
   * it ends is gone, so run the stream once, or pull it with `Stream.toPull`.
   */
  readonly messages: Stream.Stream<Message, ConnectError>
  /** Pings the server and measures the round trip, in whole milliseconds. */
  readonly ping: Effect.Effect<Duration.Duration, ConnectError>
  /**
   * Runs the `authentication` again on this link (MQTT 5), whose traffic goes on meanwhile. A refusal
   * by either side ends the connection and makes this fail with its reason.
   */
  readonly reauthenticate: Effect.Effect<void, AuthError | ConnectError>
  /** Waits for what is in flight, then says goodbye. Closing the scope does the same. */
  readonly disconnect: (options?: DisconnectOptions) => Effect.Effect<void>
  /** What the server announced. */
  readonly negotiated: Negotiated
  /** Completes when the connection has ended. */
  readonly closed: Effect.Effect<CloseReason>
}

/**
 * Opens a link and connects, once. The connection ends with the scope.
 *
 * It always asks for a Clean Start: an earlier session could not be resumed, since the client's half
 * of it is gone. Nor does it leave a session behind, unless `sessionExpiry` says so (default here: 0).
 *
 * @example
 * ```ts
 * import { Message, MqttConnection } from "@effect-mqtt/connection"
 * import { NodeTransport } from "@effect-mqtt/connection/node"
 * import { Effect, Stream } from "effect"
 *
 * // One link; when it ends, the program decides what comes next.
 * export const program = Effect.gen(function*() {
 *   const connection = yield* MqttConnection.make({ url: "mqtt://localhost", clientId: "meter" })
 *   yield* connection.subscribe("meter/#", { qos: 1 })
 *   yield* Stream.runForEach(connection.messages, (message) => Effect.log(Message.text(message)))
 * }).pipe(Effect.scoped, Effect.provide(NodeTransport.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: ConnectionOptions
): Effect.Effect<MqttConnection, AuthError | ConnectError, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const runtime = yield* Effect.runtime<Transport>()
    const transport = Context.get(runtime.context, Transport)
    // Nobody could resume the session of a connection that stays down.
    const resolved = yield* settings.make({ ...options, sessionExpiry: options.sessionExpiry ?? 0, cleanStart: true })
    const engine = yield* engines.make(runtime, resolved, options.authentication, inboxes.make(resolved))
    const { consumer, pump, session } = engine
    const clientId = yield* clientIdOf(options)
    const ready = yield* Deferred.make<Negotiated, CloseReason>()
    const closed = yield* Deferred.make<CloseReason>()

    const onReady = (negotiated: Negotiated) => Effect.asVoid(Deferred.succeed(ready, negotiated))

    const shared = attempts.share({ transport, engine, options, settings: resolved, runtime })
    const attempt = (protocolVersion: ProtocolVersion) =>
      attempts.run(shared, {
        endpoint: Effect.flatMap(attempts.evaluate(options.url), Endpoint.parse),
        clientId,
        cleanStart: true,
        protocolVersion,
        onReady,
        onReleased: () => Effect.void
      })

    const link = yield* attempt(resolved.protocolVersion)
      .pipe(
        Effect.catchIf((error) => resolved.versionFallback && versions.mayBeRefusal(error), () => attempt(4)),
        Effect.onExit((exit) =>
          Effect.suspend(() => {
            const reason = reasonOf(exit)
            engine.dispose(reason)
            consumer.end(toConnectError(reason, { reason: "ServerDisconnected", retryable: false }))
            // A defect in an Effect of the options must not leave the caller waiting.
            const failed = Exit.isFailure(exit) && Cause.isDie(exit.cause)
              ? Deferred.failCause(ready, Cause.die(Cause.squash(exit.cause)))
              : Deferred.fail(ready, reason)
            return Effect.zipRight(failed, Deferred.succeed(closed, reason))
          })
        ),
        // Whoever waits for the connection has the failure: the log need not call it unhandled.
        Effect.exit,
        Effect.interruptible,
        Effect.forkScoped
      )

    const disconnect = (how: DisconnectOptions = {}) => Effect.zipRight(goodbye.check(how), disconnecting(how))

    const disconnecting = (how: DisconnectOptions) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function*() {
          // A caller that is interrupted while closing still closes, but no longer waits for what is in flight.
          yield* Effect.exit(restore(engine.drain(how.drain)))
          if (session.isReady()) {
            pump.pass(() => goodbye.say(session, how, undefined))
            yield* atMost(pumps.goodbyeTimeout)(Fiber.await(link))
          }
          yield* Fiber.interrupt(link)
        })
      )

    yield* Effect.addFinalizer((exit) => disconnect(goodbye.ofExit(exit)))
    const negotiated = yield* Deferred.await(ready)

    const subscriptions = new LinkSubscriptions(engine, negotiated, resolved.drainTimeout)
    return {
      publish: engine.publish,
      subscribe: (filter, how) => subscriptions.subscribe(filter, how),
      unsubscribe: (filter, how) => subscriptions.unsubscribe(filter, how),
      messages: consumer.messages,
      ping: engine.ping,
      reauthenticate: Effect.suspend(() => engine.authenticator.reauthenticate),
      disconnect,
      negotiated,
      closed: Deferred.await(closed)
    }
  })

const reasonOf = (exit: Exit.Exit<never, CloseReason>): CloseReason =>
  Exit.isFailure(exit)
    ? Option.getOrElse(Cause.failureOption(exit.cause), engines.closedHere)
    : engines.closedHere()
