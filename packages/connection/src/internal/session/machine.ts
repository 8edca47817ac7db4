/** Puts the areas of the protocol together: which of them a packet, a command or the time is for. */
import type { Packet } from "@effect-mqtt/codec"
import { Decoder } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Either from "effect/Either"
import type { AuthError } from "../../MqttError.ts"
import { ConnectError, PublishError } from "../../MqttError.ts"
import type { Options, Session } from "./contract.ts"
import * as dispatches from "./dispatch.ts"
import * as durables from "./durable.ts"
import * as farewell from "./farewell.ts"
import * as handshakes from "./handshake.ts"
import { unspecifiedError } from "./handshake.ts"
import * as inbounds from "./inbound.ts"
import * as inboundAliases from "./inboundAliases.ts"
import * as keepAlives from "./keepAlive.ts"
import { negotiate } from "./negotiate.ts"
import * as operations from "./operations.ts"
import { Outbound } from "./outbound.ts"
import { OutboundAliases } from "./outboundAliases.ts"
import * as outputs from "./output.ts"
import { PacketIds } from "./packetIds.ts"
import { Persistence } from "./persistence.ts"
import * as pings from "./pings.ts"
import { MemoryReceivedIds } from "./receivedIds.ts"
import * as records from "./records.ts"
import * as traffics from "./traffic.ts"

export const make = (options: Options): Session => {
  let clock = 0
  let decoder = Decoder.make({ role: "client", maxPacketBytes: options.maxPacketBytes })
  let ended: AuthError | ConnectError | undefined
  let broken: ConnectError | undefined
  let hasState = false
  let wasBusy = false
  let aliasesRefused = false

  const { onPacket } = options
  const keepAlive = keepAlives.make(options.pingLead)
  const ids = new PacketIds()
  const traffic = traffics.make()
  const output = outputs.observed(
    outputs.make(() => {
      traffic.packetsSent++
      keepAlive.sent(clock)
    }),
    onPacket === undefined ? undefined : (packet) => onPacket("sent", packet)
  )
  const aliasesOut = new OutboundAliases(output)
  const aliasesIn = inboundAliases.make()
  const awaitedPings = pings.make()
  const snapshot = options.records === undefined ? undefined : records.decode(options.records)
  const persistence = new Persistence()
  const durable = snapshot === undefined ? undefined : durables.make(persistence, ids, output, snapshot)
  if (snapshot !== undefined) {
    hasState = snapshot.marker?.isConfirmed === true
    persistence.append(clock, snapshot.setAside)
  }
  const outbound = new Outbound(aliasesOut, ids, options, durable?.outgoing, (result) => {
    if (Either.isLeft(result)) options.onUnattended?.(result.left)
  }, traffic)
  const inbound = inbounds.make(output, options, durable?.received ?? new MemoryReceivedIds())
  const pending = operations.make(output, ids, durable?.subscriptions)

  /** The link counts for nothing any more: what it owed is settled, and nothing is written behind the last packet. */
  const over = (next: "Closed" | "Ended") => {
    if (isReady()) wasBusy = outbound.inFlight() > 0 || !pending.isIdle()
    handshake.leave(next)
    durable?.marker.disconnected(clock)
    keepAlive.stop()
    outbound.linkLost(clock)
    inbound.linkLost()
    pending.linkLost()
    awaitedPings.settle(undefined)
    handshake.settle(ended ?? new ConnectError({ reason: "Transport", retryable: true }))
  }

  const isReady = () => handshake.phase() === "Ready"

  /** Ends the link once the output is flushed; MQTT 5 tells a connected server why [5 §4.13]. */
  const end = (error: AuthError | ConnectError, disconnectCode?: number) => {
    if (ended !== undefined) return
    if (isReady() && disconnectCode !== undefined && output.version() === 5) {
      output.write({ _tag: "Disconnect", reasonCode: disconnectCode })
    }
    ended = error
    over("Ended")
  }

  const violation = (detail: string, reasonCode = 0x82) =>
    end(new ConnectError({ reason: "ProtocolError", retryable: true, cause: new Error(detail) }), reasonCode)

  const ready = (sent: Packet.Connect, packet: Packet.ConnAck) => {
    const negotiated = negotiate(sent, packet)
    if (!packet.sessionPresent) {
      outbound.sessionLost(clock)
      inbound.sessionLost(clock)
      durable?.subscriptions.sessionLost(clock)
    } else inbound.resumed()
    hasState = negotiated.sessionExpiry > 0
    // What the session is to keep is committed after this, so nothing has to wait for it.
    durable?.marker.connected(clock, negotiated)
    handshake.complete()
    aliasesIn.reset(sent.properties?.topicAliasMaximum ?? 0)
    aliasesOut.reset(aliasesRefused ? 0 : Math.min(options.maxTopicAliases, negotiated.topicAliasMaximum))
    output.limit(negotiated.maximumPacketBytes)
    keepAlive.start(clock, negotiated.keepAlive * 1000)
    outbound.resume(clock, negotiated, options.gatePublishes)
    options.onConnected(negotiated)
    answered(clock)
    outbound.flush(clock)
  }

  /** What the server was asked for may all be answered now. */
  const answered = (now: number) => {
    if (pending.isIdle()) outbound.letGo(now)
  }

  const writePing = () => {
    output.write({ _tag: "PingReq" })
    keepAlive.pinged(clock)
    options.onPing?.(undefined)
  }

  const handleAll = (packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined) => {
    for (let index = 0; index < packets.length; index++) {
      if (handshake.phase() === "Judging") return handshake.hold(packets.slice(index), error)
      dispatch(clock, packets[index])
      if (ended !== undefined) return
    }
    if (error === undefined) return
    if (handshake.phase() === "Judging") return handshake.hold([], error)
    end(new ConnectError({ reason: "ProtocolError", retryable: true, cause: error }), error.reasonCode)
  }

  const handshake = handshakes.make(output, {
    connAckTimeout: options.connAckTimeout,
    onAuthenticate: options.onAuthenticate,
    hasState: () => hasState,
    ready,
    handleAll,
    end,
    violation
  })

  const dispatch = dispatches.make({
    handshake,
    inbound,
    aliases: aliasesIn,
    outbound,
    operations: pending,
    output,
    traffic,
    onMessage: options.onMessage,
    answered,
    onPingResp: (now) => {
      const roundTrip = keepAlive.answered(now)
      if (roundTrip !== undefined) options.onPing?.(roundTrip)
      awaitedPings.settle(roundTrip)
    },
    refuseAliases: () => {
      aliasesRefused = true
    },
    end,
    violation
  })

  /** When something is unanswered for too long. */
  const answerDue = () =>
    options.acknowledgementTimeout +
    Math.min(outbound.oldestWrite() ?? Infinity, pending.oldestWrite() ?? Infinity, awaitedPings.awaitedSince())

  const startOperation: operations.Operations["start"] = (now, packet, settle) => {
    clock = now
    if (isReady()) pending.start(now, packet, settle)
    else settle({ _tag: "LinkLost" })
  }

  return {
    open: (now, packet, due = Infinity) => {
      clock = now
      ended = undefined
      handshake.open(now, packet, due)
      const { protocolVersion } = packet
      decoder = Decoder.make({ role: "client", version: protocolVersion, maxPacketBytes: options.maxPacketBytes })
      output.reset(protocolVersion)
      if (durable === undefined) handshake.writeConnect(packet)
      else durable.marker.connecting(now, packet, () => handshake.writeConnect(packet))
    },
    receive: (now, bytes) => {
      clock = now
      const phase = handshake.phase()
      if (phase === "Closed" || phase === "Ended") return
      const { packets, error } = decoder.push(bytes)
      traffic.bytesReceived += bytes.length
      traffic.packetsReceived += packets.length
      if (onPacket !== undefined) { for (const packet of packets) onPacket("received", packet) }
      if (packets.length > 0) keepAlive.received(now)
      else keepAlive.progressed()
      handleAll(packets, error)
    },
    tick: (now) => {
      clock = now
      if (now >= handshake.due()) end(new ConnectError({ reason: "Timeout", retryable: true }), unspecifiedError)
      if (!isReady()) return
      if (now >= answerDue()) return end(new ConnectError({ reason: "AcknowledgementTimeout", retryable: true }))
      const due = keepAlive.due(now)
      if (due === "dead") return end(new ConnectError({ reason: "KeepAliveTimeout", retryable: true }))
      if (due === "ping") writePing()
    },
    lost: (now = clock) => {
      clock = now
      over("Closed")
    },
    restored: () => durable?.restored,
    isResumable: (now) => durable?.marker.isResumable(now) ?? hasState,
    takeChanges: () => persistence.take(),
    committed: (now) => {
      clock = now
      persistence.committed(now)
      pending.flush(now)
    },
    commitFailed: (now, cause) => {
      clock = now
      if (persistence.failed(now, cause)) return pending.flush(now)
      broken = new ConnectError({ reason: "StoreError", retryable: false, cause })
      end(broken, unspecifiedError)
    },
    broken: () => broken,
    deadline: () => isReady() ? Math.min(keepAlive.deadline(), answerDue(), handshake.due()) : handshake.due(),
    takeOutput: () => {
      keepAlive.taken()
      traffic.bytesSent += output.bytes()
      return output.take()
    },
    traffic: () => traffic,
    flushed: (now, isDrained = false) => {
      clock = now
      keepAlive.flushed(now)
      if (isDrained) output.release()
      outbound.flush(now)
    },
    outputBytes: output.bytes,
    ended: () => ended,
    wasBusy: () => wasBusy,
    isReady,
    hasState: () => hasState,
    mustStartClean: handshake.mustStartClean,
    publish: (now, message, settle) => {
      clock = now
      return outbound.publish(now, message, settle)
    },
    subscribe: startOperation,
    unsubscribe: startOperation,
    authenticate: (now, data) => {
      clock = now
      handshake.authenticate(data)
    },
    refuse: (now, error) => {
      clock = now
      if (handshake.phase() !== "Closed") end(error, unspecifiedError)
    },
    reauthenticate: (now, data, settle) => {
      clock = now
      handshake.reauthenticate(now, data, settle)
    },
    ping: (now, settle) => {
      clock = now
      if (!isReady()) return settle(undefined)
      awaitedPings.add(now, settle)
      if (!keepAlive.outstanding()) writePing()
    },
    accept: (delivery, reasonCode = 0) => inbound.accept(clock, delivery, reasonCode),
    readingPaused: keepAlive.readingPaused,
    disconnect: (reasonCode, properties) => {
      if (isReady()) farewell.write(output, handshake.connect(), reasonCode, properties)
      ended ??= new ConnectError({ reason: "Closed", retryable: false })
      over("Ended")
    },
    dispose: (cause) => {
      over("Closed")
      outbound.failAll((topic) => new PublishError({ reason: "Closed", topic, cause }))
    },
    inFlight: () => outbound.inFlight(),
    queued: () => outbound.queued(),
    isIdle: () => outbound.isIdle() && pending.isIdle(),
    awaitsAnswer: () =>
      handshake.phase() === "Handshaking" || outbound.inFlight() > 0 || !pending.isIdle() || awaitedPings.isAwaited() ||
      handshake.isAwaited(),
    mustPause: () => handshake.phase() === "Judging" || inbound.isFull(),
    mustStop: inbound.isOverfull,
    blockedBy: inbound.blockedBy
  }
}
