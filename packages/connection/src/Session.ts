/**
 * The MQTT client session as a plain synchronous machine: packets and time in, bytes and deliveries
 * out. No socket, timer, promise or fiber is in it, so it can be driven by any event loop, and
 * tested byte by byte under a clock of the test's own.
 *
 * {@link MqttClient} and {@link MqttConnection} are thin shells around it; use it directly only
 * to build something like them. All instants are milliseconds of one clock that never goes back.
 * Callbacks run inside the call that causes them; they must not throw, and may call the session.
 *
 * @since 0.1.0
 */
import type { Packet } from "@effect-mqtt/codec"
import { Decoder } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Either from "effect/Either"
import * as authentications from "./internal/session/authentication.ts"
import * as inbounds from "./internal/session/inbound.ts"
import * as inboundAliases from "./internal/session/inboundAliases.ts"
import * as keepAlives from "./internal/session/keepAlive.ts"
import * as markers from "./internal/session/marker.ts"
import * as operations from "./internal/session/operations.ts"
import * as outbounds from "./internal/session/outbound.ts"
import * as outboundAliases from "./internal/session/outboundAliases.ts"
import * as outgoingStore from "./internal/session/outgoingStore.ts"
import * as outputs from "./internal/session/output.ts"
import * as packetIds from "./internal/session/packetIds.ts"
import * as persistences from "./internal/session/persistence.ts"
import * as receivedIds from "./internal/session/receivedIds.ts"
import * as records from "./internal/session/records.ts"
import * as refusal from "./internal/session/refusal.ts"
import * as subscriptionStore from "./internal/session/subscriptionStore.ts"
import * as traffics from "./internal/session/traffic.ts"
import type { Message, PublishResult } from "./Message.ts"
import type { StoreError } from "./MqttError.ts"
import { AuthError, ConnectError, PublishError } from "./MqttError.ts"
import * as Negotiated from "./Negotiated.ts"
import type { Change } from "./SessionStore.ts"

/**
 * An unacknowledged QoS 1 or 2 message; hand it to {@link Session.accept} when its consumer has
 * taken responsibility.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pending {
  readonly id: number
  readonly qos: 1 | 2
  readonly accepted: boolean
  /** What {@link Session.accept} was told. */
  readonly reasonCode: number
}

/**
 * A publish that was handed over. A message that is abandoned while it waits for its turn is never
 * sent; any other exchange goes on without its caller.
 *
 * @since 0.1.0
 * @category models
 */
export type Publication = outbounds.Publication

/**
 * How a SUBSCRIBE or UNSUBSCRIBE ended: answered with one reason code per filter, refused locally
 * because it cannot be sent, or cut off by the loss of the link.
 *
 * @since 0.1.0
 * @category models
 */
export type OperationOutcome = operations.OperationOutcome

/**
 * What the mechanism of an enhanced authentication has to do next: answer a `Challenge` with
 * {@link Session.authenticate}, or let the server in on `Success` with the same call. Either may be
 * refused with {@link Session.refuse} instead.
 *
 * @since 0.1.0
 * @category models
 */
export type AuthenticationStep = authentications.AuthenticationStep

/**
 * Counts of packets, bytes and publishes; they only grow.
 *
 * @since 0.1.0
 * @category models
 */
export type Traffic = traffics.Traffic

/**
 * Bounds and time-outs of a session. Times are milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Publishes that wait while there is no link. */
  readonly queueMessages: number
  readonly queueBytes: number
  /** Most QoS 1 and 2 publishes in flight; the server's Receive Maximum lowers it. */
  readonly inFlight: number
  /**
   * Our Receive Maximum: incoming QoS 1 and 2 messages that may be unacknowledged. A 3.1.1 server
   * does not know it: see {@link Session.mustPause}.
   */
  readonly receiveMaximum: number
  /** The largest packet accepted, bytes. */
  readonly maxPacketBytes: number
  readonly connAckTimeout: number
  readonly acknowledgementTimeout: number
  /** How long before the end of the keep-alive time a ping is sent. */
  readonly pingLead: (keepAlive: number) => number
  /**
   * Most topic aliases that go out; the server's Topic Alias Maximum lowers it. What comes in may use
   * as many as the CONNECT announces.
   */
  readonly maxTopicAliases: number
  /**
   * Makes the session durable: the records of its store, as they were when it was opened. Absent, it is
   * kept in memory and takes no changes. The clock is then that of the calendar.
   */
  readonly records?: ReadonlyMap<string, Uint8Array> | undefined
  /** A message of an earlier process, for which nobody waits, could not be sent. */
  readonly onUnattended?: ((error: PublishError) => void) | undefined
  /** The server asks for a step of the authentication whose method the CONNECT names. */
  readonly onAuthenticate: (step: AuthenticationStep) => void
  /** Sees every packet; for a log. */
  readonly onPacket?: ((direction: "sent" | "received", packet: Packet.Packet) => void) | undefined
  /** A ping was sent; or answered, after so many milliseconds. */
  readonly onPing?: ((roundTrip: number | undefined) => void) | undefined
  /** The CONNACK was good: the moment to restore subscriptions. Queued publishes follow. */
  readonly onConnected: (negotiated: Negotiated.Negotiated) => void
  /** A message for the application; `pending` is present for QoS 1 and 2. */
  readonly onMessage: (message: Message, pending: Pending | undefined) => void
}

/**
 * What a durable session has found in its store.
 *
 * @since 0.1.0
 * @category models
 */
export interface Restored {
  /** Publishes that an earlier process began. */
  readonly publishes: number
  /** The filters it had subscribed to, with their subscription identifiers; 0 for none. */
  readonly subscriptions: ReadonlyArray<{ readonly filter: string; readonly identifier: number }>
  /** The highest subscription identifier given out in this session. */
  readonly lastIdentifier: number
  /** Records that could not be read and were set aside. */
  readonly unreadable: number
}

/**
 * The machine. One link at a time: `open`, then `receive` and `tick` until `ended` says why it is
 * over or the transport breaks, then `lost`. What it holds survives to the next `open`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Session {
  /** A link was opened: writes CONNECT. The server has to let us in by `due`, however many steps that takes. */
  readonly open: (now: number, connect: Packet.Connect, due?: number) => void
  readonly receive: (now: number, bytes: Uint8Array) => void
  /** Call it at {@link Session.deadline}. */
  readonly tick: (now: number) => void
  /** The link is gone; since the last input, if no instant is given. */
  readonly lost: (now?: number) => void
  /** What its store held; undefined for a session in memory. */
  readonly restored: () => Restored | undefined
  /** Whether the server may still hold the session that is known here. */
  readonly isResumable: (now: number) => boolean
  /**
   * The next changes to commit, as one batch; none while a batch is out. What has to be durable before
   * something is written is in here, and the rest of it follows {@link Session.committed}.
   */
  readonly takeChanges: () => ReadonlyArray<Change>
  /** The batch taken is durable. */
  readonly committed: (now: number) => void
  /** The batch taken is not. What nothing else relies on fails alone; otherwise the session cannot go on. */
  readonly commitFailed: (now: number, error: StoreError) => void
  /** Why the session cannot go on, on this link or on another. */
  readonly broken: () => ConnectError | undefined
  /** The next instant that needs a `tick`; `Infinity` if none. */
  readonly deadline: () => number
  /** Bytes to write, in one batch. */
  readonly takeOutput: () => ReadonlyArray<Uint8Array>
  /** The transport has taken what was taken last: a ping that never gets there is one without answer. */
  readonly flushed: (now: number) => void
  readonly outputBytes: () => number
  /** What went over all links so far. */
  readonly traffic: () => Readonly<Traffic>
  /** Why the link has to be closed, once its output is flushed. */
  readonly ended: () => AuthError | ConnectError | undefined
  readonly isReady: () => boolean
  /** Whether the server may hold state that a Clean Start would discard. */
  readonly hasState: () => boolean
  /**
   * The server held a session that is unknown here, which ended the link: the next CONNECT has to
   * ask for a Clean Start [MQTT-3.2.2-4].
   */
  readonly mustStartClean: () => boolean
  readonly publish: (
    now: number,
    message: Omit<Packet.Publish, "packetId" | "dup">,
    settle: (result: Either.Either<PublishResult, PublishError>) => void
  ) => Publication
  /** Settles with `LinkLost` at once while there is no ready link. */
  readonly subscribe: (
    now: number,
    packet: Omit<Packet.Subscribe, "packetId">,
    settle: (outcome: OperationOutcome) => void
  ) => void
  /** Settles with `LinkLost` at once while there is no ready link. */
  readonly unsubscribe: (
    now: number,
    packet: Omit<Packet.Unsubscribe, "packetId">,
    settle: (outcome: OperationOutcome) => void
  ) => void
  /** The mechanism's answer to the last step; `data` goes with the answer to a challenge. */
  readonly authenticate: (now: number, data: Uint8Array | undefined) => void
  /** The mechanism does not go on: ends the link with its reason. */
  readonly refuse: (now: number, error: AuthError | ConnectError) => void
  /**
   * Authenticates anew on this link, with the method of its CONNECT [5 §4.12.1]. Settles with
   * undefined when the server has agreed, else with why it did not. One that is under way is joined.
   */
  readonly reauthenticate: (
    now: number,
    data: Uint8Array | undefined,
    settle: (error: AuthError | ConnectError | undefined) => void
  ) => void
  /** Settles with the round trip in milliseconds, or undefined if there is no link or it was lost. */
  readonly ping: (now: number, settle: (roundTrip: number | undefined) => void) => void
  /**
   * Its consumers have taken responsibility for the message, or, with a `reasonCode` of 0x80 or more,
   * refuse it; 3.1.1 has no way to say that, the message is acknowledged all the same. False if nobody
   * waits for it any more: the message came over an earlier link, and the server sends it again.
   */
  readonly accept: (pending: Pending, reasonCode?: number) => boolean
  /** The shell has stopped or resumed reading on purpose. */
  readonly readingPaused: (now: number, paused: boolean) => void
  /**
   * Writes DISCONNECT as the last packet. In 3.1.1, where every DISCONNECT deletes the will, nothing is
   * written for a `reasonCode` other than 0.
   */
  readonly disconnect: (reasonCode: number, properties?: Packet.Disconnect["properties"]) => void
  /** Fails everything that waits. The session must not be used again. */
  readonly dispose: (cause: AuthError | ConnectError) => void
  /** Whether nothing waits to be sent or acknowledged. */
  readonly isIdle: () => boolean
  /** Whether an answer is awaited that only further reading can bring. */
  readonly awaitsAnswer: () => boolean
  /**
   * Reading should pause, unless an answer is awaited: a 3.1.1 server has sent as many messages that
   * wait for their consumers as `receiveMaximum` allows, or a mechanism judges the server.
   */
  readonly mustPause: () => boolean
  /** The message that keeps a server at its Receive Maximum from sending another one. */
  readonly blockedBy: () => Pending | undefined
}

/** `Judging`: the CONNACK was good, and the mechanism of the authentication looks at it. */
type Phase = "Closed" | "Handshaking" | "Judging" | "Ready" | "Ended"

/** What came behind a CONNACK that is being judged. */
interface Held {
  readonly connAck: Packet.ConnAck
  readonly packets: Array<Packet.Packet>
  error: CodecError.CodecError | undefined
}

type Acknowledgement = (Packet.PubAck | Packet.PubRec | Packet.PubComp | Packet.SubAck | Packet.UnsubAck) & {
  readonly reasonCode?: number | undefined
}

const observed = (output: outputs.Output, onPacket: Options["onPacket"]): outputs.Output =>
  onPacket === undefined ? output : {
    ...output,
    write: (packet) => {
      const problem = output.write(packet)
      if (problem === undefined) onPacket("sent", packet)
      return problem
    }
  }

const unspecifiedError = 0x80
const identifierInUse = 0x91
const topicAliasInvalid = 0x94

/**
 * Makes a session without a link.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Session => {
  let phase: Phase = "Closed"
  let clock = 0
  let connect: Packet.Connect | undefined
  let decoder = Decoder.make({ role: "client", maxPacketBytes: options.maxPacketBytes })
  /** When the server has to answer the CONNECT, or a step of an authentication has to be over. */
  let handshakeDue = Infinity
  let linkDue = Infinity
  let held: Held | undefined
  let ended: AuthError | ConnectError | undefined
  let hasState = false
  let mustStartClean = false
  /** The server has complained about a topic alias of ours. */
  let aliasesRefused = false
  let pingWaiters: Array<(roundTrip: number | undefined) => void> = []
  /** Since when the first of them waits. */
  let pingAwaitedSince = Infinity
  let authenticationWaiters: Array<(error: AuthError | ConnectError | undefined) => void> = []

  let broken: ConnectError | undefined

  const keepAlive = keepAlives.make(options.pingLead)
  const ids = packetIds.make()
  const traffic = traffics.make()
  const output = observed(
    outputs.make(() => {
      traffic.packetsSent++
      keepAlive.sent(clock)
    }),
    options.onPacket
  )
  const aliasesOut = outboundAliases.make(output)
  const aliasesIn = inboundAliases.make()
  const authentication = authentications.make()
  const snapshot = options.records === undefined ? undefined : records.decode(options.records)
  const persistence = persistences.make()
  const durable = snapshot === undefined ? undefined : {
    marker: markers.make(persistence, ids, snapshot.marker),
    outgoing: outgoingStore.make(persistence, output, snapshot.outgoing),
    received: receivedIds.stored(persistence, snapshot.received),
    subscriptions: subscriptionStore.make(persistence, snapshot)
  }
  if (snapshot !== undefined) {
    hasState = snapshot.marker?.isConfirmed === true
    persistence.append(clock, snapshot.setAside)
  }
  const outbound = outbounds.make(aliasesOut.output, ids, options, durable?.outgoing, (result) => {
    if (Either.isLeft(result)) options.onUnattended?.(result.left)
  }, traffic)
  const inbound = inbounds.make(output, options.receiveMaximum, durable?.received ?? receivedIds.inMemory())
  const pending = operations.make(output, ids, durable?.subscriptions)

  /** The link counts for nothing any more: what it owed is settled, and nothing is written behind the last packet. */
  const over = (next: "Closed" | "Ended") => {
    phase = next
    durable?.marker.disconnected(clock)
    held = undefined
    handshakeDue = Infinity
    keepAlive.stop()
    outbound.linkLost()
    inbound.linkLost()
    pending.linkLost()
    ponged(undefined)
    authenticated(ended ?? new ConnectError({ reason: "Transport", retryable: true }))
  }

  const authenticated = (error: AuthError | ConnectError | undefined) => {
    const waiters = authenticationWaiters
    authenticationWaiters = []
    for (const settle of waiters) settle(error)
  }

  /** Ends the link once the output is flushed; MQTT 5 tells a connected server why [5 §4.13]. */
  const end = (error: AuthError | ConnectError, disconnectCode?: number) => {
    if (ended !== undefined) return
    if (phase === "Ready" && disconnectCode !== undefined && output.version() === 5) {
      output.write({ _tag: "Disconnect", reasonCode: disconnectCode })
    }
    ended = error
    over("Ended")
  }

  /** The next step has its time, within that of the whole handshake. */
  const allowStep = () => {
    handshakeDue = Math.min(clock + options.connAckTimeout, phase === "Ready" ? Infinity : linkDue)
  }

  const violation = (detail: string, reasonCode = 0x82) =>
    end(new ConnectError({ reason: "ProtocolError", retryable: true, cause: new Error(detail) }), reasonCode)

  const onConnAck = (sent: Packet.Connect, packet: Packet.ConnAck) => {
    if (packet.reasonCode !== 0) {
      return end(refusal.ofConnAck(packet))
    }
    if (packet.sessionPresent && sent.cleanStart) return violation("a session is present after a clean start")
    if (packet.sessionPresent && !hasState) {
      mustStartClean = true
      return violation("the server holds a session that this client does not know")
    }
    if (sent.properties?.authenticationMethod === undefined && packet.properties?.authenticationMethod === undefined) {
      return ready(sent, packet)
    }
    const step = authentication.received(packet)
    if ("violation" in step) return violation(step.violation)
    phase = "Judging"
    held = { connAck: packet, packets: [], error: undefined }
    allowStep()
    options.onAuthenticate(step)
  }

  const ready = (sent: Packet.Connect, packet: Packet.ConnAck) => {
    mustStartClean = false
    const negotiated = Negotiated.make(sent, packet)
    if (!packet.sessionPresent) {
      outbound.sessionLost(clock)
      inbound.sessionLost(clock)
      durable?.subscriptions.sessionLost(clock)
    } else inbound.resumed()
    hasState = negotiated.sessionExpiry > 0
    // What the session is to keep is committed after this, so nothing has to wait for it.
    durable?.marker.connected(clock, negotiated)
    phase = "Ready"
    handshakeDue = Infinity
    aliasesIn.reset(sent.properties?.topicAliasMaximum ?? 0)
    aliasesOut.reset(aliasesRefused ? 0 : Math.min(options.maxTopicAliases, negotiated.topicAliasMaximum))
    output.limit(negotiated.maximumPacketBytes)
    keepAlive.start(clock, negotiated.keepAlive * 1000)
    outbound.resume(clock, negotiated)
    options.onConnected(negotiated)
    outbound.flush(clock)
  }

  const onPublish = (packet: Packet.Publish) => {
    const alias = packet.properties?.topicAlias
    if (alias === undefined) return deliver(packet)
    const resolved = aliasesIn.resolve(packet, alias)
    if (resolved._tag === "Message") deliver(resolved.packet)
    else violation(resolved.detail, resolved.reasonCode)
  }

  const deliver = (packet: Packet.Publish) => {
    const arrival = inbound.publish(clock, packet)
    if (arrival._tag === "Violation") violation(arrival.detail, arrival.reasonCode)
    else if (arrival._tag === "Deliver") {
      traffic.messagesReceived++
      options.onMessage(packet, arrival.pending)
    }
  }

  const onPubRec = (packet: Packet.PubRec) => {
    const verdict = outbound.acknowledge(clock, packet)
    if (verdict !== "unknown" || (packet.reasonCode ?? 0) >= 0x80) return verdict
    // Nothing is known of this exchange: let the server finish it [5 §3.6.2.1].
    output.write({
      _tag: "PubRel",
      packetId: packet.packetId,
      ...(output.version() === 5 ? { reasonCode: 0x92 } : {})
    })
    return verdict
  }

  const writePing = () => {
    output.write({ _tag: "PingReq" })
    keepAlive.pinged(clock)
    options.onPing?.(undefined)
  }

  const onPingResp = () => {
    const roundTrip = keepAlive.answered(clock)
    if (roundTrip !== undefined) options.onPing?.(roundTrip)
    ponged(roundTrip)
  }

  const onAuth = (packet: Packet.Auth) => {
    // Only a CONNACK says that a connect has succeeded.
    if (phase === "Handshaking" && packet.reasonCode === 0) return violation("AUTH says success before CONNACK")
    const step = authentication.received(packet)
    if ("violation" in step) return violation(step.violation)
    allowStep()
    options.onAuthenticate(step)
  }

  /** What had to wait until the mechanism was content with the server. */
  const release = ({ connAck, error, packets }: Held) => {
    held = undefined
    if (connect !== undefined) ready(connect, connAck)
    handleAll(packets, error)
  }

  const writeAuth = (reasonCode: number, data: Uint8Array | undefined) => {
    const problem = output.write({
      _tag: "Auth",
      reasonCode,
      properties: {
        authenticationMethod: authentication.method(),
        ...(data === undefined ? {} : { authenticationData: data })
      }
    })
    if (problem !== undefined) {
      end(new AuthError({ reason: "BadAuthenticationMethod", cause: problem }), unspecifiedError)
    }
  }

  const checked = (packet: Acknowledgement, verdict: "ok" | "unknown" | "wrong") => {
    if (verdict === "wrong") return violation(`${packet._tag} does not fit the exchange of its packet identifier`)
    if (packet.reasonCode === identifierInUse) {
      // Its state is another than ours: only a resumed session can tell what became of the exchange.
      return violation("the server says that a free packet identifier is in use")
    }
    pending.flush(clock)
  }

  const handle = (packet: Packet.Packet) => {
    if (phase === "Handshaking" && connect !== undefined) {
      if (packet._tag === "ConnAck") return onConnAck(connect, packet)
      return packet._tag === "Auth" ? onAuth(packet) : violation("the first packet is not CONNACK")
    }
    switch (packet._tag) {
      case "Publish":
        return onPublish(packet)
      case "PubAck":
      case "PubComp":
        return checked(packet, outbound.acknowledge(clock, packet))
      case "PubRec":
        return checked(packet, onPubRec(packet))
      case "PubRel":
        return inbound.release(clock, packet)
      case "SubAck":
      case "UnsubAck":
        return checked(packet, pending.acknowledge(clock, packet))
      case "PingResp":
        return onPingResp()
      case "Auth":
        return onAuth(packet)
      case "Disconnect":
        aliasesRefused ||= packet.reasonCode === topicAliasInvalid
        return end(refusal.ofDisconnect(packet))
      default:
        return violation(`${packet._tag} is not expected here`)
    }
  }

  const handleAll = (packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined) => {
    for (let index = 0; index < packets.length; index++) {
      if (held !== undefined) {
        held.packets.push(...packets.slice(index))
        break
      }
      handle(packets[index])
      if (ended !== undefined) return
    }
    if (error === undefined) return
    if (held === undefined) {
      end(new ConnectError({ reason: "ProtocolError", retryable: true, cause: error }), error.reasonCode)
    } else held.error = error
  }

  const writeDisconnect = (reasonCode: number, properties: Packet.Disconnect["properties"]) => {
    if (output.version() === 4) {
      if (reasonCode === 0) output.write({ _tag: "Disconnect" })
      return
    }
    // A session that was not asked for cannot be asked for in the end [5 §3.14.2.2.2].
    const { sessionExpiryInterval, ...words } = properties ?? {}
    const expiry = sessionExpiryInterval === undefined || (connect?.properties?.sessionExpiryInterval ?? 0) === 0
      ? {}
      : { sessionExpiryInterval }
    const problem = output.write({ _tag: "Disconnect", reasonCode, properties: { ...expiry, ...words } })
    if (problem !== undefined) output.write({ _tag: "Disconnect", reasonCode, properties: expiry })
  }

  const writeConnect = (packet: Packet.Connect) => {
    // Another link may have begun while the store was at work.
    if (connect !== packet || phase !== "Handshaking") return
    const problem = output.write(packet)
    if (problem !== undefined) {
      end(new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: problem }))
    }
  }

  const oldestWrite = () =>
    Math.min(outbound.oldestWrite() ?? Infinity, pending.oldestWrite() ?? Infinity, pingAwaitedSince)

  const ponged = (roundTrip: number | undefined) => {
    const waiters = pingWaiters
    pingWaiters = []
    pingAwaitedSince = Infinity
    for (const settle of waiters) settle(roundTrip)
  }

  return {
    open: (now, packet, due = Infinity) => {
      clock = now
      connect = packet
      ended = undefined
      phase = "Handshaking"
      linkDue = due
      allowStep()
      held = undefined
      authentication.reset(packet.properties?.authenticationMethod)
      decoder = Decoder.make({
        role: "client",
        version: packet.protocolVersion,
        maxPacketBytes: options.maxPacketBytes
      })
      output.reset(packet.protocolVersion)
      if (durable === undefined) writeConnect(packet)
      else durable.marker.connecting(now, packet, () => writeConnect(packet))
    },
    receive: (now, bytes) => {
      clock = now
      if (phase === "Closed" || phase === "Ended") return
      const { packets, error } = decoder.push(bytes)
      traffic.bytesReceived += bytes.length
      traffic.packetsReceived += packets.length
      if (options.onPacket !== undefined) { for (const packet of packets) options.onPacket("received", packet) }
      if (packets.length > 0) keepAlive.received(now)
      else keepAlive.progressed()
      handleAll(packets, error)
    },
    tick: (now) => {
      clock = now
      if (now >= handshakeDue) end(new ConnectError({ reason: "Timeout", retryable: true }), unspecifiedError)
      if (phase !== "Ready") return
      if (now >= oldestWrite() + options.acknowledgementTimeout) {
        return end(new ConnectError({ reason: "AcknowledgementTimeout", retryable: true }))
      }
      const due = keepAlive.due(now)
      if (due === "dead") return end(new ConnectError({ reason: "KeepAliveTimeout", retryable: true }))
      if (due === "ping") writePing()
    },
    lost: (now = clock) => {
      clock = now
      over("Closed")
    },
    restored: () =>
      snapshot === undefined ? undefined : {
        publishes: snapshot.outgoing.length,
        subscriptions: snapshot.subscriptions,
        lastIdentifier: snapshot.lastIdentifier,
        unreadable: snapshot.setAside.length / 2
      },
    isResumable: (now) => durable === undefined ? hasState : durable.marker.isResumable(now),
    takeChanges: persistence.take,
    committed: (now) => {
      clock = now
      persistence.committed(now)
    },
    commitFailed: (now, cause) => {
      clock = now
      if (persistence.failed(now, cause)) return
      broken = new ConnectError({ reason: "StoreError", retryable: false, cause })
      end(broken, unspecifiedError)
    },
    broken: () => broken,
    deadline: () =>
      phase === "Ready"
        ? Math.min(keepAlive.deadline(), oldestWrite() + options.acknowledgementTimeout, handshakeDue)
        : handshakeDue,
    takeOutput: () => {
      keepAlive.taken()
      traffic.bytesSent += output.bytes()
      return output.take()
    },
    traffic: () => traffic,
    flushed: keepAlive.flushed,
    outputBytes: output.bytes,
    ended: () => ended,
    isReady: () => phase === "Ready",
    hasState: () => hasState,
    mustStartClean: () => mustStartClean,
    publish: (now, message, settle) => {
      clock = now
      return outbound.publish(now, message, settle)
    },
    subscribe: (now, packet, settle) => {
      clock = now
      if (phase === "Ready") pending.start(now, packet, settle)
      else settle({ _tag: "LinkLost" })
    },
    unsubscribe: (now, packet, settle) => {
      clock = now
      if (phase === "Ready") pending.start(now, packet, settle)
      else settle({ _tag: "LinkLost" })
    },
    authenticate: (now, data) => {
      clock = now
      if (phase === "Closed" || phase === "Ended") return
      const step = authentication.answered()
      if (step === "Challenge") return writeAuth(0x18, data)
      if (step === undefined) return
      handshakeDue = Infinity
      if (held === undefined) authenticated(undefined)
      else release(held)
    },
    refuse: (now, error) => {
      clock = now
      if (phase !== "Closed") end(error, unspecifiedError)
    },
    reauthenticate: (now, data, settle) => {
      clock = now
      if (phase !== "Ready") return settle(new ConnectError({ reason: "Transport", retryable: true }))
      if (authentication.method() === undefined) return settle(new AuthError({ reason: "BadAuthenticationMethod" }))
      authenticationWaiters.push(settle)
      if (authentication.isRunning()) return
      authentication.begin()
      allowStep()
      writeAuth(0x19, data)
    },
    ping: (now, settle) => {
      clock = now
      if (phase !== "Ready") return settle(undefined)
      pingWaiters.push(settle)
      // Other packets show that the server is alive, which is no answer to this.
      pingAwaitedSince = Math.min(pingAwaitedSince, now)
      if (!keepAlive.outstanding()) writePing()
    },
    accept: (delivery, reasonCode = 0) => inbound.accept(clock, delivery, reasonCode),
    readingPaused: keepAlive.readingPaused,
    disconnect: (reasonCode, properties) => {
      if (phase === "Ready") writeDisconnect(reasonCode, properties)
      ended ??= new ConnectError({ reason: "Closed", retryable: false })
      over("Ended")
    },
    dispose: (cause) => {
      over("Closed")
      outbound.failAll((topic) => new PublishError({ reason: "Closed", topic, cause }))
    },
    isIdle: () => outbound.isIdle() && pending.isIdle(),
    awaitsAnswer: () =>
      phase === "Handshaking" || outbound.inFlight() > 0 || !pending.isIdle() || pingWaiters.length > 0 ||
      authenticationWaiters.length > 0,
    mustPause: () => phase === "Judging" || inbound.isFull(),
    blockedBy: inbound.blockedBy
  }
}
