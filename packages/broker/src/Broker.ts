/**
 * An MQTT 3.1.1 and 5.0 broker inside the program.
 *
 * @since 0.1.0
 */
import type { PublishProperties, QoS } from "@effect-mqtt/connection/Message"
import type { ProtocolVersion } from "@effect-mqtt/connection/Negotiated"
import * as Transport from "@effect-mqtt/connection/Transport"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Authenticate, Authorize, Mechanism } from "./AccessControl.ts"
import type { PublishRefused } from "./BrokerError.ts"
import * as Capabilities from "./Capabilities.ts"
import type { Fault } from "./Fault.ts"
import { awaitDue } from "./internal/awaitDue.ts"
import { Core } from "./internal/core.ts"
import { awaitSubscription, observe } from "./internal/observing.ts"
import * as Publishing from "./internal/publishing.ts"
import * as Reason from "./internal/reason.ts"
import { resolve } from "./internal/resolvedLimits.ts"
import type { Host } from "./internal/serve.ts"
import { serve } from "./internal/serve.ts"
import type { Limits } from "./Limits.ts"
import type { PublishedMessage } from "./PublishedMessage.ts"

/**
 * A message that the program itself publishes.
 *
 * @since 0.1.0
 * @category models
 */
export interface BrokerMessage {
  readonly topic: string
  /** Text is sent as UTF-8. */
  readonly payload: string | Uint8Array
  /** @default 0 */
  readonly qos?: QoS | undefined
  /** @default false */
  readonly retain?: boolean | undefined
  /** What MQTT 5 subscribers get with it, apart from Topic Alias and Subscription Identifiers. */
  readonly properties?: PublishProperties | undefined
}

/**
 * A client that is connected now.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientInfo {
  readonly clientId: string
  readonly username?: string | undefined
  readonly protocolVersion: ProtocolVersion
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
  readonly subscriptions: number
  /** Messages that wait for it. */
  readonly queued: number
  /** QoS 1 and 2 messages that it has not acknowledged. */
  readonly inFlight: number
}

/**
 * What the broker holds, and what it has done since it started.
 *
 * @since 0.1.0
 * @category models
 */
export interface BrokerStats {
  /** Open connections, including those without an accepted CONNECT. */
  readonly connections: number
  /** Sessions, connected or not. */
  readonly sessions: number
  readonly subscriptions: number
  readonly retainedMessages: number
  readonly retainedBytes: number
  /** Messages taken from clients, from the program and from wills. */
  readonly messagesReceived: number
  /** Copies that a subscriber did not get because of a limit, and messages that could not be retained. */
  readonly messagesDropped: number
  /** Bytes of everything that clients make the broker hold, apart from retained messages. */
  readonly heldBytes: number
}

/**
 * The broker of a program. It opens nothing by itself: it serves the wires it is given.
 *
 * @since 0.1.0
 * @category tags
 */
export class Broker extends Context.Tag("@effect-mqtt/broker/Broker")<Broker, {
  /**
   * Serves one connection to its end. Never fails: whatever a client does ends its own connection
   * only. The wire is shut down at the end; whoever opened it releases it. Interrupting says
   * "Server shutting down" to an MQTT 5 client.
   */
  readonly serve: (wire: Wire) => Effect.Effect<void>
  /** Publishes to all subscribers, as a client would; No Local and authorization do not apply. */
  readonly publish: (message: BrokerMessage) => Effect.Effect<void, PublishRefused>
  /** The connected clients. */
  readonly clients: Effect.Effect<ReadonlyArray<ClientInfo>>
  /** Cuts a client off ("Administrative action"); its will is published. False when it is not connected. */
  readonly disconnect: (clientId: string) => Effect.Effect<boolean>
  /** Cuts every connection off. */
  readonly disconnectAll: Effect.Effect<void>
  /**
   * Shows every message to the topics of a filter as it comes in, until the scope closes. The
   * listener is called at once, so it must be quick; one that throws is a defect of its caller.
   */
  readonly observe: (
    filter: string,
    listener: (message: PublishedMessage) => void
  ) => Effect.Effect<void, never, Scope.Scope>
  /** Waits until a client is subscribed to exactly this filter, so that a test can publish what the program waits for. */
  readonly awaitSubscription: (filter: string) => Effect.Effect<void>
  /** Makes something go wrong until the scope closes. Several faults hold at the same time. */
  readonly inject: (fault: Fault) => Effect.Effect<void, never, Scope.Scope>
  readonly stats: Effect.Effect<BrokerStats>
}>() {}

/**
 * How a broker decides and what it bounds.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Who may connect. @default everyone */
  readonly authenticate?: Authenticate | undefined
  /**
   * Methods of enhanced authentication (MQTT 5 section 4.12) by name. For a client that names one in CONNECT, that method
   * decides instead of `authenticate`; other names are refused.
   */
  readonly mechanisms?: { readonly [method: string]: Mechanism | undefined } | undefined
  /** Who may publish and subscribe to what. @default everyone, everything */
  readonly authorize?: Authorize | undefined
  /** What is offered, where that is not everything. */
  readonly capabilities?: Partial<Capabilities.Capabilities> | undefined
  /** Limits that differ from the defaults. Numbers that MQTT cannot express are replaced by the nearest that it can. */
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined } | undefined
}

/**
 * Makes a broker. Everything is in memory: sessions and retained messages end with the scope.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Broker["Type"], never, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const now = () => clock.unsafeCurrentTimeMillis()
    const deadlines = Effect.unsafeMakeLatch()
    const { authenticate, authorize, capabilities, mechanisms = {} } = options
    const core = new Core({
      limits: resolve(options.limits ?? {}),
      capabilities: { ...Capabilities.all, ...capabilities },
      mechanism: (method) => Object.hasOwn(mechanisms, method) ? mechanisms[method] : undefined,
      startedAt: now(),
      authenticates: authenticate !== undefined,
      authorizes: authorize !== undefined,
      newClientId,
      onDeadline: () => deadlines.unsafeOpen()
    })
    const publish = Publishing.make(core)
    const host: Host = { core, now, authenticate, authorize }
    // A broker may be made where nothing is interruptible; this must still end with the scope.
    yield* Effect.forkScoped(Effect.interruptible(expire(core, deadlines, now)))
    yield* Effect.addFinalizer(() => Effect.sync(() => closeAll(core, Reason.serverShuttingDown, now())))
    return {
      serve: (wire) => serve(host, wire),
      publish: ({ payload, properties, qos = 0, retain = false, topic }) =>
        Effect.suspend(() => {
          const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload
          return publish({ topic, payload: bytes, qos, retain, properties }, now())
        }),
      clients: Effect.sync(() => clients(core)),
      disconnect: (clientId) =>
        Effect.sync(() => {
          const holder = core.sessions.get(clientId)?.holder
          holder?.close(Reason.administrativeAction, now())
          return holder !== undefined
        }),
      disconnectAll: Effect.sync(() => closeAll(core, Reason.administrativeAction, now())),
      observe: (filter, listener) => observe(core, filter, listener),
      awaitSubscription: (filter) => awaitSubscription(core, filter),
      inject: (fault) =>
        Effect.asVoid(
          Effect.acquireRelease(Effect.sync(() => core.faults.inject(fault)), (takeBack) => Effect.sync(takeBack))
        ),
      stats: Effect.sync(() => stats(core))
    }
  })

/**
 * A broker without a transport, for programs that call `serve` themselves.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Broker> => Layer.scoped(Broker, make(options))

/**
 * A broker, and a `Transport` whose every endpoint leads to it: clients in the same program need no
 * port, and all timing follows the program's `Clock`. Under `TestClock` give them a `drainTimeout` of 0, or take
 * `BrokerTest.layer`, which does: nobody moves that clock while a test ends.
 *
 * @example
 * ```ts
 * import { Broker } from "@effect-mqtt/broker"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const broker = yield* Broker.Broker
 *   yield* broker.publish({ topic: "home/kitchen/lamp", payload: "on", retain: true })
 *   return yield* broker.clients
 * }).pipe(Effect.provide(Broker.layerMemory()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory = (options: Options = {}): Layer.Layer<Broker | Transport.Transport> =>
  Layer.provideMerge(
    Layer.unwrapEffect(Effect.map(Broker, (broker) => Transport.layerMemory(broker.serve))),
    layer(options)
  )

/** Ends sessions and publishes delayed wills when their time has come. */
const expire = (core: Core, deadlines: Effect.Latch, now: () => number): Effect.Effect<never> =>
  Effect.gen(function*() {
    for (;;) {
      deadlines.unsafeClose()
      const due = core.tick(now())
      yield* awaitDue(deadlines, due, now)
    }
  })

const clients = (core: Core): ReadonlyArray<ClientInfo> =>
  Array.from(core.links).flatMap(({ established, isClosed }) => {
    if (established === undefined || isClosed) return []
    const { connectedAt, session, terms } = established
    return [{
      ...terms.identity,
      protocolVersion: terms.version,
      connectedAt,
      subscriptions: session.subscriptions.size,
      queued: session.outgoing.queuedCount,
      inFlight: session.outgoing.inFlightCount
    }]
  })

const stats = (core: Core): BrokerStats => ({
  connections: core.links.size,
  sessions: core.sessions.size,
  subscriptions: core.subscriptions.count,
  retainedMessages: core.retained.count,
  retainedBytes: core.retained.bytes,
  messagesReceived: core.received,
  messagesDropped: core.dropped,
  heldBytes: core.ledger.bytes
})

const closeAll = (core: Core, reasonCode: number, now: number): void => {
  for (const link of core.links) link.close(reasonCode, now)
}

/** Hard to guess: whoever knows an identifier can take over the session. */
const newClientId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("")
