/**
 * The MQTT client that survives lost links: it reconnects, resumes its session and restores its
 * subscriptions, while streams and pending publishes just go on.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type * as Sink from "effect/Sink"
import type * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import type { ClientEvent } from "./ClientEvent.ts"
import type { ClientOptions } from "./ClientOptions.ts"
import type { ClientStats } from "./ClientStats.ts"
import type { DisconnectOptions } from "./ConnectionOptions.ts"
import type { ConnectionStatus } from "./ConnectionStatus.ts"
import * as drivers from "./internal/client/connecting/driver.ts"
import * as engines from "./internal/client/engine/engine.ts"
import { Observer } from "./internal/client/engine/observer.ts"
import { openSession } from "./internal/client/engine/openSession.ts"
import { make as resolveSettings } from "./internal/client/engine/settings.ts"
import { reporting } from "./internal/client/observing/hooks.ts"
import type { Notify } from "./internal/client/observing/notices.ts"
import { Outcome } from "./internal/client/outcome.ts"
import { makeSink } from "./internal/client/publishing/sink.ts"
import * as values from "./internal/client/publishing/values.ts"
import * as requesters from "./internal/client/requesting/requester.ts"
import { makeConsume, makeSubscribeAckable } from "./internal/client/subscribing/consume.ts"
import { make as makeDeadLetters } from "./internal/client/subscribing/deadLetters.ts"
import { make as makeSubscriptions } from "./internal/client/subscribing/lazySubscriptions.ts"
import type { Subscribe } from "./internal/client/subscribing/subscription.ts"
import { makeSubscribe, makeSubscribeStream, makeSubscription } from "./internal/client/subscribing/subscription.ts"
import type {
  Message,
  OutgoingMessage,
  PublishOptions,
  PublishResult,
  PublishSummary,
  SinkOptions,
  SubscribeOptions,
  SubscribeRequest
} from "./Message.ts"
import type { AuthError, ConnectError, MqttError, PublishError, RequestError, SubscribeError } from "./MqttError.ts"
import type { Negotiated } from "./Negotiated.ts"
import type { PayloadCodec } from "./PayloadCodec.ts"
import type { RequestOptions } from "./Request.ts"
import type { AckableMessage, ConsumeOptions, Subscription } from "./Subscription.ts"
import { Transport } from "./Transport.ts"

/**
 * The service. Every operation settles: with its answer, with a typed error, or when the client is
 * closed. Interrupting an operation stops the waiting: a message that was not written yet is then
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
   * Publishes a value with a codec: the one given, else the one that `defaults` has for the topic, else
   * text. Fails with reason `InvalidMessage` and a `CodecError` as its cause if the codec cannot write it.
   */
  readonly publishValue: {
    <A>(
      topic: string,
      value: NoInfer<A>,
      codec: PayloadCodec<A>,
      options?: PublishOptions
    ): Effect.Effect<PublishResult, PublishError>
    (topic: string, value: unknown, options?: PublishOptions): Effect.Effect<PublishResult, PublishError>
  }
  /**
   * Publishes a stream, chunk by chunk, and completes when everything is acknowledged. This is the fast
   * way: it wakes a fiber once per chunk, where a fiber per message costs several times as much as the
   * message itself. Messages leave in order. The first failure fails the sink; what is on its way then
   * goes on, and what was not written yet is never sent.
   */
  readonly sink: (options?: SinkOptions) => Sink.Sink<PublishSummary, OutgoingMessage, never, PublishError>
  /**
   * Subscribes when the stream starts and unsubscribes when it ends. It goes on over reconnects,
   * and fails only if the server refuses the filter or the client gives up. Streams with the same
   * filter share one subscription at the server; a filter that is refused ends its whole stream.
   *
   * QoS 1 and 2 messages are acknowledged when the consumer asks for more; when it ends normally, so
   * are those that it has not seen. A consumer that fails or is interrupted leaves them behind: for
   * `consumerTimeout` they wait for another stream that wants them, such as a retry of this one.
   * QoS 0 messages are dropped, with a warning in the log, when a stream is full and reading cannot
   * stop because the client waits for an answer.
   */
  readonly subscribe: (
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: SubscribeOptions
  ) => Stream.Stream<Message, SubscribeError>
  /**
   * Like `subscribe`, but returns after the server has confirmed the subscription, which lasts as
   * long as the scope. If it fails or is interrupted before that, nothing of it remains.
   */
  readonly subscription: (
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: SubscribeOptions
  ) => Effect.Effect<Subscription, SubscribeError, Scope.Scope>
  /**
   * Runs a handler for each message, and acknowledges the message when its handler has finished. Ends
   * with the client; the first failure of a handler ends it too, unless `onFailure` is `nack`. Handlers
   * that run when the client is closed have `drainTimeout` to finish. What a consumer leaves behind
   * when it stops waits up to `consumerTimeout` for another one.
   */
  readonly consume: <E, R, R2 = never>(
    filter: string | ReadonlyArray<SubscribeRequest>,
    handler: (message: Message) => Effect.Effect<unknown, E, R>,
    options?: ConsumeOptions<E, R2>
  ) => Effect.Effect<void, SubscribeError | E, R | R2>
  /**
   * Like `subscribe`, but the program itself acknowledges each message. What it has not settled when
   * the stream ends waits up to `consumerTimeout` to be settled, or for another stream.
   */
  readonly subscribeAckable: (
    filter: string | ReadonlyArray<SubscribeRequest>,
    options?: Omit<SubscribeOptions, "ack">
  ) => Stream.Stream<AckableMessage, SubscribeError>
  /**
   * Publishes a request and gives its response. In MQTT 5 it uses Response Topic and Correlation Data, and
   * one subscription for all requests, made with the first one; otherwise the `correlation` of the options.
   */
  readonly request: (
    topic: string,
    payload: string | Uint8Array,
    options?: RequestOptions
  ) => Effect.Effect<Message, RequestError>
  /**
   * The same in two phases: completes when the request is published, with an effect that gives the
   * response, as long as the scope is open.
   */
  readonly requestHandle: (
    topic: string,
    payload: string | Uint8Array,
    options?: RequestOptions
  ) => Effect.Effect<Effect.Effect<Message, RequestError>, RequestError, Scope.Scope>
  /** Pings the server and measures the round trip, in whole milliseconds. */
  readonly ping: Effect.Effect<Duration.Duration, ConnectError>
  /**
   * The status now, and its `changes`, which begin with it and end after `Closed` or `Failed`; a
   * reader that lags more than 16 changes behind misses the oldest.
   */
  readonly status: Subscribable.Subscribable<ConnectionStatus>
  /**
   * What happens to the client from now on, up to its end; a reader that lags more than 256 events
   * behind misses the oldest.
   */
  readonly events: Stream.Stream<ClientEvent>
  /** The figures of this client since it was made, or since `resetStats`. */
  readonly stats: Effect.Effect<ClientStats>
  readonly resetStats: Effect.Effect<void>
  /**
   * Never succeeds; fails when the client has given up. Closing the client is not a failure and leaves
   * this pending, so race it with the program rather than wait for it alone.
   */
  readonly failure: Effect.Effect<never, AuthError | ConnectError>
  /**
   * Waits for what is in flight (up to `drainTimeout`), then ends the connection for good. Streams
   * end, and whatever still waits fails with reason `Closed`. Closing the scope does the same.
   */
  readonly disconnect: (options?: DisconnectOptions) => Effect.Effect<void>
  /**
   * Replaces the link and resumes the session on the new one; without a link it ends the wait for the
   * next attempt, for example when the network is back. Completes with the next good link, or when the
   * client is closed or gives up.
   */
  readonly reconnect: Effect.Effect<void>
  /**
   * Runs the `authentication` again on the present link, whose traffic goes on meanwhile (MQTT 5). A
   * refusal by either side ends the link and makes this fail with its reason; without a link the reason
   * is `Transport`. Interrupting this only stops the waiting.
   */
  readonly reauthenticate: Effect.Effect<void, AuthError | ConnectError>
}>() {}

/**
 * A hook for what has to be said or done on each link, such as a birth message.
 *
 * @since 0.1.0
 * @category models
 */
export type OnConnected = (client: MqttClient["Type"], negotiated: Negotiated) => Effect.Effect<unknown, MqttError>

/**
 * The options of a client.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends ClientOptions {
  /**
   * Runs for every link once it is ready, for example to announce that this client is online. It is
   * interrupted when the link ends. A failure is logged as a warning and a defect as an error; both are `HookFailed`
   * among the `events`, and neither ends anything.
   *
   * @default nothing
   */
  readonly onConnected?: OnConnected | undefined
}

const filterText = (filter: string | ReadonlyArray<SubscribeRequest>): string =>
  typeof filter === "string" ? filter : filter.map((request) => request.filter).join(", ")

/**
 * Connects, and returns when the server has accepted the connection. The client lives as long as
 * the scope; closing it drains, then disconnects.
 *
 * `AuthError` says that the credentials or the rights are at fault, `ConnectError` everything else; with
 * `initialConnect: "retry"` only what cannot pass, or outlasts `reconnect`, is reported.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { NodeTransport } from "@effect-mqtt/connection/node"
 * import { Effect } from "effect"
 *
 * // Two clients in one program.
 * export const bridge = Effect.gen(function*() {
 *   const from = yield* MqttClient.make({ url: "mqtt://one.example" })
 *   const to = yield* MqttClient.make({ url: "mqtt://two.example" })
 *   yield* from.consume("alarms/#", ({ payload, topic }) => to.publish(topic, payload, { qos: 1 }), { qos: 1 })
 * }).pipe(Effect.scoped, Effect.provide(NodeTransport.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<MqttClient["Type"], AuthError | ConnectError, Scope.Scope | Transport> =>
  Effect.gen(function*() {
    const runtime = yield* Effect.runtime<Scope.Scope | Transport>()
    const settings = yield* resolveSettings(options)
    const durable = yield* openSession(options.clientId)
    const deadLetters = options.deadLetter === undefined
      ? undefined
      : yield* makeDeadLetters(options.deadLetter, settings.receiveMaximum)
    const engine = yield* engines.make(
      runtime,
      settings,
      options.authentication,
      makeSubscriptions(settings, deadLetters),
      durable
    )
    const subscribe = makeSubscribe(engine, settings.drainTimeout, options.defaults)
    const { traces } = options
    const subscribeTraced: Subscribe = traces === undefined
      ? subscribe
      : (filter, ...how) => traces.operation("subscribe", filterText(filter))(subscribe(filter, ...how))
    const subscription = makeSubscription(subscribeTraced)
    const isVersion5 = () => engine.negotiated()?.protocolVersion === 5
    const publish = values.makePublish(
      traces === undefined ? engine.publish : traces.publish(engine.publish, isVersion5),
      options.defaults
    )
    const sink = makeSink(engine, settings, options.defaults)
    const observer = new Observer(engine.notices, engine.session)
    let requester: requesters.Requester | undefined
    const useRequester = () => {
      if (requester !== undefined) return requester
      const made = requesters.make(
        { publish, subscribe: subscribeTraced, stopped: engine.stopped },
        settings,
        scopeOfRequests
      )
      const negotiated = engine.negotiated()
      if (negotiated !== undefined) made.onConnected(negotiated)
      engine.notices.listen({
        onNotice: (notice) => {
          if (notice._tag === "Connected") made.onConnected(notice.negotiated)
        }
      })
      engine.setAwaitsMessage(() => made.isWaiting(engine.pump.now()))
      requester = made
      return made
    }
    const self = new Outcome<MqttClient["Type"]>()
    const driver = yield* drivers.make(
      runtime,
      Context.get(runtime.context, Transport),
      engine,
      settings,
      options,
      onConnectedOf(options, engine.notices.notify, self)
    )
    // Nothing can be forked in a scope whose finalizers run, and one of them may ask before it is the client's turn.
    const scopeOfRequests = yield* Scope.fork(Context.get(runtime.context, Scope.Scope), ExecutionStrategy.sequential)
    const client: MqttClient["Type"] = {
      publish,
      publishValue: values.makePublishValue(publish, options.defaults),
      sink: traces === undefined ? sink : traces.sink(sink, isVersion5),
      subscribe: makeSubscribeStream(subscribeTraced),
      subscription,
      consume: makeConsume(subscribe),
      subscribeAckable: makeSubscribeAckable(subscribe),
      request: (topic, payload, how) => {
        const answered = Effect.suspend(() => useRequester().request(topic, payload, how))
        return traces === undefined ? answered : traces.operation("request", topic)(answered)
      },
      requestHandle: (topic, payload, how) => Effect.suspend(() => useRequester().requestHandle(topic, payload, how)),
      ping: engine.ping,
      status: driver.status,
      events: observer.events,
      stats: observer.stats,
      resetStats: observer.resetStats,
      failure: driver.failure,
      disconnect: (how) => driver.disconnect(how),
      reconnect: driver.reconnect,
      reauthenticate: Effect.suspend(() => engine.authenticator.reauthenticate)
    }
    self.settle(Exit.succeed(client))
    yield* driver.connected
    return client
  })

/** The hook of the options, in terms of what the driver knows. */
const onConnectedOf = ({ onConnected }: Options, notify: Notify, self: Effect.Effect<MqttClient["Type"]>) =>
  onConnected === undefined ?
    undefined :
    (negotiated: Negotiated): Effect.Effect<void> =>
      reporting("onConnected", notify)(Effect.flatMap(self, (client) => onConnected(client, negotiated)))

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
  readonly keepAlive?: Duration.DurationInput | undefined
}

/**
 * The options that a program decides, whatever its configuration.
 *
 * @since 0.1.0
 * @category models
 */
export type NonConfigOptions = Omit<Options, keyof ConfigOptions>

/**
 * {@link layer} with its options read from `Config`; `rest` has those that are not configuration.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { Config } from "effect"
 *
 * export const layer = MqttClient.layerConfig({
 *   url: Config.string("MQTT_URL"),
 *   username: Config.string("MQTT_USERNAME"),
 *   password: Config.redacted("MQTT_PASSWORD"),
 *   keepAlive: Config.duration("MQTT_KEEP_ALIVE").pipe(Config.withDefault("30 seconds"))
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<ConfigOptions>,
  rest?: NonConfigOptions
): Layer.Layer<MqttClient, AuthError | ConnectError | ConfigError.ConfigError, Transport> =>
  Layer.scoped(MqttClient, Effect.flatMap(Config.unwrap(options), (config) => make({ ...rest, ...config })))
