/**
 * How a client connects, reconnects, queues and subscribes: its options with their defaults.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { ConnectionOptions, PerAttempt } from "./ConnectionOptions.ts"
import type { Endpoint } from "./Endpoint.ts"
import type { Message } from "./Message.ts"
import type { Reconnect } from "./Reconnect.ts"
import type { TopicDefaults } from "./TopicDefaults.ts"
import type { Traces } from "./TraceContext.ts"

/**
 * What a client can be told, besides the hook that needs the client itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientOptions extends Omit<ConnectionOptions, "url"> {
  /**
   * Where the server is: `mqtt://host:port`, `mqtts://...`; what else the transport offers. Of several
   * URLs the next one is tried after each failure, and a delay follows only when none is left untried.
   */
  readonly url: PerAttempt<string | ReadonlyArray<string>>
  /**
   * Whether to follow a server that sends its clients elsewhere (MQTT 5 reason codes 0x9C and 0x9D):
   * the credentials go there too. `permanent` says that the other server takes the place of the
   * configured ones for as long as the client lives; otherwise it does so until the next good link.
   * After five redirects without one, no more are followed.
   *
   * @default never
   */
  readonly followRedirect?: ((to: Endpoint, permanent: boolean) => boolean) | undefined
  /**
   * Whether the server is to forget an earlier session: on every connect, on none, or only on the
   * `"first"` one of this client, so that a dropped link is resumed. In MQTT 5 that is tried for as long as the
   * server may hold the session; a later link begins a new one.
   *
   * Without a durable `SessionStore` the session of the client is in memory. So when the server holds
   * a session that this client did not make, `false` cannot resume it either: the client connects once
   * more and has the server forget it, with its subscriptions and the messages that wait there.
   *
   * @default "first"; with a durable `SessionStore`, only if it holds no session to resume
   */
  readonly cleanStart?: boolean | "first" | undefined
  /**
   * Publishes that wait for a link; `queueOverflow` says what happens to a further one.
   *
   * @default 1 000
   */
  readonly queueMessages?: number | undefined
  /**
   * The same in bytes, by topic and payload.
   *
   * @default 16 MiB
   */
  readonly queueBytes?: number | undefined
  /**
   * What happens to a publish that finds the queue full:
   *
   * - `fail`: it fails with `QueueFull`. Whoever wants the newest dropped ignores that.
   * - `dropOldest`: those that have waited longest fail with `QueueFull`, and it waits in their place.
   * - `wait`: it waits with its caller; the callers that wait are the only bound.
   *
   * @default "fail"
   */
  readonly queueOverflow?: "fail" | "dropOldest" | "wait" | undefined
  /**
   * What still waits for its caller when the link drops; what does not, fails with `Disconnected`:
   *
   * - `failQos0`: QoS 1 and 2 messages.
   * - `keepAll`: QoS 0 messages as well; a value of before the outage may arrive after it.
   * - `failAll`: none. What was written at QoS 1 or 2 is the session's, and is sent again although its caller was told.
   *
   * @default "failQos0"
   */
  readonly queueRetention?: "failQos0" | "keepAll" | "failAll" | undefined
  /**
   * Whether publishes wait on each new link until the server has answered for the subscriptions that had to be made
   * anew, for programs that publish and wait for what comes back on a stream of their own.
   *
   * @default false
   */
  readonly gatePublishes?: boolean | undefined
  /**
   * How long a QoS 1 or 2 message that belongs to no subscription of this client, or was left behind
   * by one, is held unacknowledged, for a stream to ask for it. After that it goes to `deadLetter`,
   * is acknowledged and dropped.
   *
   * @default "10 seconds"
   */
  readonly consumerTimeout?: Duration.DurationInput | undefined
  /**
   * Gets a QoS 1 or 2 message that no stream has asked for in time, before it is acknowledged. A defect of it is logged as
   * an error, is `HookFailed` among the `events`, and the message is acknowledged all the same. It runs for as many messages
   * at a time as `receiveMaximum`, and as many wait for it; what is beyond that is acknowledged without it.
   *
   * @default nothing
   */
  readonly deadLetter?: ((message: Message) => Effect.Effect<unknown>) | undefined
  /**
   * How long a filter stays subscribed after its last stream has left, for one that comes back soon.
   * What arrives then is acknowledged and dropped. Leaving does not wait for the server in that case.
   *
   * @default 0
   */
  readonly unsubscribeDelay?: Duration.DurationInput | undefined
  /**
   * Whether streams get retained messages once more when the server has lost the session: they may
   * have changed meanwhile.
   *
   * @default true
   */
  readonly replayRetained?: boolean | undefined
  /**
   * Whether to subscribe again although the server has kept the session, for servers that lose
   * subscriptions without saying so.
   *
   * @default false
   */
  readonly resubscribeOnResume?: boolean | undefined
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
   * Whether building the client fails when no endpoint lets it in at the first try, or follows
   * `reconnect` for failures that may pass.
   *
   * @default "failFast"
   */
  readonly initialConnect?: "failFast" | "retry" | undefined
  /**
   * QoS, retain and payload codec of messages whose calls do not say, for all topics and for some.
   *
   * @default QoS 0, not retained, text
   */
  readonly defaults?: TopicDefaults | undefined
  /**
   * How long a request waits for its response.
   *
   * @default "10 seconds"
   */
  readonly requestTimeout?: Duration.DurationInput | undefined
  /**
   * Requests that wait for their responses; a further one fails.
   *
   * @default 1 000
   */
  readonly maxRequests?: number | undefined
  /**
   * With `TraceContext.spans` there is a span for each `publish`, `request` and `subscription`, for each run of a `sink` and
   * for each attempt to connect, and in MQTT 5 W3C trace context in what is published. A span costs more than a message, so
   * nothing is traced otherwise.
   *
   * @default nothing is traced
   */
  readonly traces?: Traces | undefined
}
