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
 * The options of a client, apart from the hook that needs the client itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientOptions extends Omit<ConnectionOptions, "url"> {
  /**
   * Where the server is: `mqtt://host:port`, `mqtts://...`, or whatever else the transport opens. Of several
   * URLs the next one is tried after each failure, and a delay follows only when none is left untried.
   */
  readonly url: PerAttempt<string | ReadonlyArray<string>>
  /**
   * Whether to follow a server that sends its clients elsewhere (MQTT 5 reason codes 0x9C and 0x9D);
   * the credentials go there too. `permanent` says that the other server takes the place of the
   * configured ones for as long as the client lives; otherwise it does so until the next good link.
   * After five redirects without one, no more are followed.
   *
   * @default never
   */
  readonly followRedirect?: ((to: Endpoint, permanent: boolean) => boolean) | undefined
  /**
   * Whether the server is to forget an earlier session: on every connect, on none, or only on the
   * `"first"` one of this client, so that later links resume the session. In MQTT 5 they try to for as long as the
   * server may still hold it; a link after that begins a new one.
   *
   * Without a durable `SessionStore` the session of the client is in memory. So when the server holds
   * a session that this client did not make, `false` cannot resume it either: the client connects once
   * more and has the server forget it, with its subscriptions and the messages that wait there.
   *
   * @default "first"; with a durable `SessionStore`, only if it holds no session to resume
   */
  readonly cleanStart?: boolean | "first" | undefined
  /**
   * How many publishes may wait for a link; `queueOverflow` says what happens to one more.
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
   * - `fail`: it fails with `QueueFull`. To drop the newest messages, ignore that failure.
   * - `dropOldest`: those that have waited longest fail with `QueueFull`, and it waits in their place.
   * - `wait`: it waits with its caller; the callers that wait are the only bound.
   *
   * @default "fail"
   */
  readonly queueOverflow?: "fail" | "dropOldest" | "wait" | undefined
  /**
   * Which publishes go on waiting when the link drops; the others fail with `Disconnected`:
   *
   * - `failQos0`: QoS 1 and 2 messages go on.
   * - `keepAll`: QoS 0 messages too; a value from before the outage may arrive after it.
   * - `failAll`: none. A QoS 1 or 2 message that was already written belongs to the session: it is sent again, although
   *   its caller has seen a failure.
   *
   * @default "failQos0"
   */
  readonly queueRetention?: "failQos0" | "keepAll" | "failAll" | undefined
  /**
   * Whether publishes wait, on each new link, until the server has confirmed the subscriptions that had to be made
   * again: for programs that publish and wait for what comes back on a stream of their own.
   *
   * @default false
   */
  readonly gatePublishes?: boolean | undefined
  /**
   * How long a QoS 1 or 2 message that belongs to no subscription of this client, or was left behind
   * by one, is held unacknowledged until a stream asks for it. After that it goes to `deadLetter`,
   * is acknowledged and dropped.
   *
   * @default "10 seconds"
   */
  readonly consumerTimeout?: Duration.DurationInput | undefined
  /**
   * Gets a QoS 1 or 2 message that no stream has asked for in time, before it is acknowledged. If the hook dies, that is
   * logged as an error and is `HookFailed` among the `events`; the message is acknowledged all the same. The hook runs for
   * up to `receiveMaximum` messages at a time, and as many again wait for it; any more are acknowledged without it.
   *
   * @default nothing
   */
  readonly deadLetter?: ((message: Message) => Effect.Effect<unknown>) | undefined
  /**
   * How long a filter stays subscribed after its last stream has ended, in case another one starts soon.
   * What arrives meanwhile is acknowledged and dropped. Ending a stream then does not wait for the server.
   *
   * @default 0
   */
  readonly unsubscribeDelay?: Duration.DurationInput | undefined
  /**
   * Whether streams get retained messages again when the server has lost the session, since they may
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
   * Whether building the client fails when no endpoint lets it in at the first try, or goes on by
   * `reconnect` after failures that may pass.
   *
   * @default "failFast"
   */
  readonly initialConnect?: "failFast" | "retry" | undefined
  /**
   * QoS, retain and payload codec for calls that do not give them, for all topics and for some.
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
   * How many requests may wait for their responses; one more fails.
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
