/**
 * The MQTT client that survives: it reconnects, resumes its session and restores its subscriptions,
 * while streams and pending publishes just go on.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import type { ConnectionOptions, DisconnectOptions } from "./ConnectionOptions.ts"
import type { ConnectionStatus } from "./ConnectionStatus.ts"
import * as drivers from "./internal/client/driver.ts"
import * as engines from "./internal/client/engine.ts"
import { make as resolveSettings } from "./internal/client/settings.ts"
import { makeSubscription } from "./internal/client/subscription.ts"
import { make as makeSubscriptions } from "./internal/client/subscriptions.ts"
import type { Message, PublishOptions, PublishResult, SubscribeOptions, SubscribeRequest } from "./Message.ts"
import type { AuthError, ConnectError, PublishError, SubscribeError } from "./MqttError.ts"
import type { Reconnect } from "./Reconnect.ts"
import type { Subscription } from "./Subscription.ts"
import { Transport } from "./Transport.ts"

/**
 * The service. Every operation settles: with its answer, with a typed error, or when the client is
 * closed. Interrupting an operation stops the waiting; a message that was not written yet is then
 * never sent, and one that was keeps its place in the session.
 *
 * @example
 * ```ts
 * import { Message, MqttClient } from "@effect-mqtt/connection"
 * import { Effect, Stream } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const client = yield* MqttClient.MqttClient
 *   yield* client.publish("home/kitchen/lamp", "on", { qos: 1, retain: true })
 *   yield* client.subscribe("home/+/temperature").pipe(
 *     Stream.take(3),
 *     Stream.runForEach((message) => Effect.log(message.topic, Message.text(message)))
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class MqttClient extends Context.Tag("@effect-mqtt/connection/MqttClient")<MqttClient, {
  /**
   * QoS 0 completes when the message is accepted for writing, QoS 1 with the PUBACK, QoS 2 with the
   * PUBCOMP. Without a link, messages wait in a bounded queue. A `Uint8Array` is copied when the
   * effect runs, so it may be reused at once.
   */
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: PublishOptions
  ) => Effect.Effect<PublishResult, PublishError>
  /**
   * Subscribes when the stream starts and unsubscribes when it ends. It goes on over reconnects,
   * and fails only if the server refuses the filter or the client gives up. Streams with the same
   * filter share one subscription at the server; a filter that is refused ends its whole stream.
   *
   * QoS 1 and 2 messages are acknowledged when the consumer asks for more, or ends: also one that
   * fails or is interrupted acknowledges the message at hand and what is buffered, unless the client
   * is being closed. QoS 0 messages are dropped when a stream is full and reading cannot stop,
   * because an answer is awaited; that logs a warning, and another only after there was room.
   */
  readonly subscribe: (
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: SubscribeOptions
  ) => Stream.Stream<Message, SubscribeError>
  /**
   * Like `subscribe`, but returns after the server has confirmed the subscription, which lasts as
   * long as the scope. If it fails or is interrupted before, nothing of it stays.
   */
  readonly subscription: (
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: SubscribeOptions
  ) => Effect.Effect<Subscription, SubscribeError, Scope.Scope>
  /** Asks the server for a sign of life and measures the round trip, in whole milliseconds. */
  readonly ping: Effect.Effect<Duration.Duration, ConnectError>
  /**
   * The status now, and its changes, which begin with it. They end after `Closed` or `Failed`; a
   * reader that lags more than 16 changes behind misses the oldest.
   */
  readonly status: Subscribable.Subscribable<ConnectionStatus>
  /**
   * Never succeeds; fails when the client has given up. Closing the client is no failure: then it
   * stays pending, so race it with the program rather than wait for it alone.
   */
  readonly failure: Effect.Effect<never, AuthError | ConnectError>
  /**
   * Waits for what is in flight (up to `drainTimeout`), then ends the connection for good. Streams
   * end, whatever still waits fails with reason `Closed`. Closing the scope does the same.
   */
  readonly disconnect: (options?: DisconnectOptions) => Effect.Effect<void>
}>() {}

/**
 * The options of a client.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends ConnectionOptions {
  /**
   * Whether the server is to forget an earlier session: on every connect, on none, or only on the
   * `"first"` one of this client, so that a dropped link is resumed.
   *
   * The session of the client is in memory. So when the server holds a session that this client did
   * not make, `false` cannot resume it either: the client connects once more and has the server
   * forget it, with its subscriptions and the messages that wait there.
   *
   * @default "first"
   */
  readonly cleanStart?: boolean | "first" | undefined
  /**
   * Publishes that wait for a link; a further one fails.
   *
   * @default 1 000
   */
  readonly queueMessages?: number | undefined
  /** @default 16 MiB */
  readonly queueBytes?: number | undefined
  /**
   * How long a QoS 1 or 2 message that belongs to no subscription of this client is held
   * unacknowledged, for a stream to ask for it. After that it is acknowledged and dropped.
   *
   * @default "10 seconds"
   */
  readonly consumerTimeout?: Duration.DurationInput | undefined
  /**
   * When to try again after the link dropped.
   *
   * @default Reconnect.forever
   */
  readonly reconnect?: Reconnect | undefined
  /**
   * How long a link has to last for the next outage to start with short delays again.
   *
   * @default "30 seconds"
   */
  readonly stableAfter?: Duration.DurationInput | undefined
  /**
   * Whether building the client fails on the first failed attempt, or follows `reconnect`.
   *
   * @default "failFast"
   */
  readonly initialConnect?: "failFast" | "retry" | undefined
}

/**
 * Connects, and returns when the server has accepted the connection. The client lives as long as
 * the scope; closing it drains, then disconnects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<MqttClient["Type"], AuthError | ConnectError, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const transport = yield* Transport
    const settings = yield* resolveSettings(options)
    const engine = yield* engines.make(settings, makeSubscriptions(settings))
    const driver = yield* drivers.make(transport, engine, settings, options)
    const subscription = makeSubscription(engine)
    yield* driver.connected
    return {
      publish: engine.publish,
      subscribe: (filter, subscribeOptions) =>
        Stream.unwrapScoped(Effect.map(subscription(filter, subscribeOptions), ({ messages }) => messages)),
      subscription,
      ping: engine.ping,
      status: driver.status,
      failure: driver.failure,
      disconnect: driver.disconnect
    }
  })

/**
 * The client as a layer: two calls of `layer` are two connections, one layer value is one.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { NodeTransport } from "@effect-mqtt/connection/node"
 * import { Layer } from "effect"
 *
 * export const MqttLive = MqttClient.layer({ url: "mqtt://localhost" }).pipe(Layer.provide(NodeTransport.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<MqttClient, AuthError | ConnectError, Transport> =>
  Layer.scoped(MqttClient, make(options))

/**
 * The options that configuration usually decides.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConfigOptions {
  readonly url: string
  readonly clientId?: string | undefined
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
  readonly keepAlive?: Duration.Duration | undefined
}

/**
 * {@link layer} with its options read from `Config`; `rest` are those that are no configuration.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { Config } from "effect"
 *
 * export const layer = MqttClient.layerConfig({
 *   url: Config.string("MQTT_URL"),
 *   username: Config.string("MQTT_USERNAME"),
 *   password: Config.redacted("MQTT_PASSWORD")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<ConfigOptions>,
  rest?: Omit<Options, keyof ConfigOptions>
): Layer.Layer<MqttClient, AuthError | ConnectError | ConfigError.ConfigError, Transport> =>
  Layer.scoped(MqttClient, Effect.flatMap(Config.unwrap(options), (config) => make({ ...rest, ...config })))
