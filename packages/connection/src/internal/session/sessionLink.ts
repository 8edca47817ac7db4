/** The life of the links of a session, one at a time: from CONNECT to what ends it, and what the time does to it. */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Decoder from "@effect-mqtt/codec/Decoder"
import type { AuthError } from "../../MqttError.ts"
import { ConnectError } from "../../MqttError.ts"
import type { Bounds, Owner } from "./contract.ts"
import type { Surroundings as DispatchSurroundings } from "./dispatch.ts"
import { Dispatch } from "./dispatch.ts"
import type { AuthenticationStep } from "./linking/authentication.ts"
import * as farewell from "./linking/farewell.ts"
import type { Surroundings } from "./linking/handshake.ts"
import { Handshake, unspecifiedError } from "./linking/handshake.ts"
import { negotiate } from "./linking/negotiate.ts"
import * as refusal from "./linking/refusal.ts"
import type { ProtocolAreas } from "./protocolAreas.ts"

export class SessionLink implements Surroundings, DispatchSurroundings {
  readonly connAckTimeout: number
  readonly handshake: Handshake
  /** Why the link has to be closed. */
  ended: AuthError | ConnectError | undefined = undefined
  /** Whether the server owed an answer when the last link that was ready ended. */
  wasBusy = false
  readonly #bounds: Bounds
  readonly #owner: Owner
  readonly #areas: ProtocolAreas
  readonly #dispatch: Dispatch
  #decoder: Decoder.Decoder | undefined = undefined
  #isReadingPaused = false
  /** Since when answers can arrive. */
  #readingSince = 0
  /** When messages were left to the server last, for the answers that were awaited. */
  #leftAt = 0
  #aliasesRefused = false

  constructor(bounds: Bounds, owner: Owner, areas: ProtocolAreas) {
    this.connAckTimeout = bounds.connAckTimeout
    this.#bounds = bounds
    this.#owner = owner
    this.#areas = areas
    this.handshake = new Handshake(areas.output, this)
    this.#dispatch = new Dispatch(areas, this, owner)
  }

  open(packet: Packet.Connect, due: number): void {
    const { durable, now, output } = this.#areas
    this.ended = undefined
    this.#isReadingPaused = false
    this.#readingSince = now
    this.handshake.open(now, packet, due)
    const { protocolVersion } = packet
    this.#decoder = Decoder.makeClient({ version: protocolVersion, maxPacketBytes: this.#bounds.maxPacketBytes })
    output.reset(protocolVersion)
    if (durable === undefined) this.handshake.writeConnect(packet)
    else durable.marker.connecting(now, packet, () => this.handshake.writeConnect(packet))
  }

  receive(bytes: Uint8Array): void {
    const { keepAlive, now, traffic } = this.#areas
    const phase = this.handshake.phase()
    if (this.#decoder === undefined || phase === "Closed" || phase === "Ended") return
    const { packets, error } = this.#decoder.push(bytes)
    traffic.bytesReceived += bytes.length
    traffic.packetsReceived += packets.length
    const owner = this.#owner
    if (owner.onPacket !== undefined) { for (const packet of packets) owner.onPacket("received", packet) }
    if (packets.length > 0) keepAlive.received(now)
    else keepAlive.progressed()
    const isFirst = phase === "Handshaking" && packets.length === 0
    const refused = isFirst && error !== undefined ? refusal.ofOtherVersion(bytes) : undefined
    if (refused !== undefined) return this.end(refused)
    this.handleAll(packets, error)
  }

  tick(): void {
    const { now, outbound } = this.#areas
    outbound.expire(now)
    if (now >= this.handshake.due) this.end(new ConnectError({ reason: "Timeout", retryable: true }), unspecifiedError)
    if (!this.isReady()) return
    if (this.#isRestDue()) return this.#makeWay()
    if (now >= this.#answerDue()) {
      // Consumers that are only slow have made no room yet, but will.
      if (this.#isReadingPaused && this.#areas.inbound.takeProgress()) return this.#waitAnew()
      return this.end(new ConnectError({ reason: "AcknowledgementTimeout", retryable: true }))
    }
    const due = this.#areas.keepAlive.due(now)
    if (due === "dead") return this.end(new ConnectError({ reason: "KeepAliveTimeout", retryable: true }))
    if (due === "ping") this.writePing()
  }

  deadline(): number {
    const { keepAlive, now, outbound } = this.#areas
    const due = Math.min(this.handshake.due, outbound.expiry)
    if (!this.isReady()) return due
    return this.#isRestDue() ? now : Math.min(keepAlive.deadline(), this.#answerDue(), due)
  }

  isReady(): boolean {
    return this.handshake.phase() === "Ready"
  }

  /** While the client itself does not read, an unread answer is not a missing one. */
  readingPaused(now: number, isPaused: boolean): void {
    if (this.#isReadingPaused && !isPaused) this.#readingSince = now
    this.#isReadingPaused = isPaused
    this.#areas.keepAlive.readingPaused(now, isPaused)
  }

  leaveRest(): void {
    if (!this.#mayLeaveRest()) return
    this.#leftAt = this.#areas.now
    this.#areas.inbound.leaveRest()
  }

  writePing(): void {
    const { keepAlive, now, output } = this.#areas
    output.write({ _tag: "PingReq" })
    keepAlive.pinged(now)
    this.#owner.onPing?.(undefined)
  }

  /** The link counts for nothing any more: what it owed is settled, and nothing is written behind the last packet. */
  over(next: "Closed" | "Ended"): void {
    const { durable, inbound, keepAlive, now, operations, outbound, pings } = this.#areas
    if (this.isReady()) this.wasBusy = outbound.inFlight() > 0 || !operations.isIdle()
    this.handshake.leave(next)
    durable?.marker.disconnected(now)
    keepAlive.stop()
    outbound.linkLost(now)
    inbound.linkLost()
    operations.linkLost()
    pings.settle(undefined)
    this.handshake.settle(this.ended ?? new ConnectError({ reason: "Transport", retryable: true }))
  }

  /** Ends the link once the output is flushed; MQTT 5 tells a connected server why [5 §4.13]. */
  end(error: AuthError | ConnectError, disconnectCode?: number): void {
    if (this.ended !== undefined) return
    const { output } = this.#areas
    if (this.isReady() && disconnectCode !== undefined && output.version() === 5) {
      output.write({ _tag: "Disconnect", reasonCode: disconnectCode })
    }
    this.ended = error
    this.over("Ended")
  }

  violation(detail: string, reasonCode = 0x82): void {
    this.end(new ConnectError({ reason: "ProtocolError", retryable: true, cause: new Error(detail) }), reasonCode)
  }

  onAuthenticate(step: AuthenticationStep): void {
    this.#owner.onAuthenticate(step)
  }

  hasState(): boolean {
    return this.#areas.hasState
  }

  ready(sent: Packet.Connect, packet: Packet.ConnAck): void {
    const { aliasesIn, aliasesOut, durable, inbound, keepAlive, now, outbound, output } = this.#areas
    const { gatePublishes, maxTopicAliases } = this.#bounds
    const negotiated = negotiate(sent, packet)
    if (!packet.sessionPresent) {
      outbound.sessionLost(now)
      inbound.sessionLost(now)
      durable?.subscriptions.sessionLost(now)
    } else inbound.resumed()
    this.#areas.hasState = negotiated.sessionExpiry > 0
    // What the session is to keep is committed after this, so nothing has to wait for it.
    durable?.marker.connected(now, negotiated)
    this.handshake.complete()
    aliasesIn.reset(sent.properties?.topicAliasMaximum ?? 0)
    aliasesOut.reset(this.#aliasesRefused ? 0 : Math.min(maxTopicAliases, negotiated.topicAliasMaximum))
    output.limit(negotiated.maximumPacketBytes)
    keepAlive.start(now, negotiated.keepAlive * 1000)
    outbound.resume(now, negotiated, gatePublishes)
    this.#owner.onConnected(negotiated)
    this.answered(this.#areas.now)
    outbound.flush(this.#areas.now)
  }

  handleAll(packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined): void {
    for (let index = 0; index < packets.length; index++) {
      if (this.handshake.phase() === "Judging") return this.handshake.hold(packets.slice(index), error)
      this.#dispatch.handle(this.#areas.now, packets[index])
      if (this.ended !== undefined) return
    }
    if (error === undefined) return
    if (this.handshake.phase() === "Judging") return this.handshake.hold([], error)
    this.end(new ConnectError({ reason: "ProtocolError", retryable: true, cause: error }), error.reasonCode)
  }

  refuseAliases(): void {
    this.#aliasesRefused = true
  }

  /** What the server was asked for may all be answered now. */
  answered(now: number): void {
    if (this.#areas.operations.isIdle()) this.#areas.outbound.letGo(now)
  }

  onPingResp(now: number): void {
    const roundTrip = this.#areas.keepAlive.answered(now)
    if (roundTrip !== undefined) this.#owner.onPing?.(roundTrip)
    this.#areas.pings.settle(roundTrip)
  }

  /** The next link has to bring it. */
  #mayLeaveRest(): boolean {
    return this.#areas.hasState && this.#owner.goesOn?.() !== false
  }

  /** The answers come first: on the next link they would be behind the rest again. */
  #isRestDue(): boolean {
    return this.#areas.inbound.isRestDue && this.#oldestRequest() > this.#leftAt && this.#mayLeaveRest()
  }

  /** For the link that brings what was left to the server. */
  #makeWay(): void {
    farewell.write(this.#areas.output, this.handshake.connect, 0, undefined)
    this.ended = restLeft()
    this.over("Ended")
  }

  /** When something is unanswered for too long. */
  #answerDue(): number {
    // Where nothing can be left to the server, consumers that wait for the answer themselves would hold it back for ever.
    if (this.#isReadingPaused && (!this.#areas.inbound.isOverfull() || this.#mayLeaveRest())) return Infinity
    return this.#bounds.acknowledgementTimeout + Math.max(this.#oldestRequest(), this.#readingSince)
  }

  #waitAnew(): void {
    this.#readingSince = this.#areas.now
  }

  /** Since when something is unanswered. */
  #oldestRequest(): number {
    const { operations, outbound, pings } = this.#areas
    return Math.min(outbound.oldestWrite() ?? Infinity, operations.oldestWrite() ?? Infinity, pings.awaitedSince)
  }
}

const restLeft = () =>
  new ConnectError({
    reason: "Closed",
    retryable: true,
    cause: new Error("messages beyond the read-ahead were left to the next link")
  })
