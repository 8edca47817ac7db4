import type { CodecError } from "@effect-mqtt/codec/CodecError"
import * as Packet from "@effect-mqtt/codec/Packet"
import type { Hub, Question } from "../hub.ts"
import * as Reason from "../reason.ts"
import { Outbox } from "../sending/outbox.ts"
import type { Holder, Session } from "../sessions/session.ts"
import { Connecting } from "./connecting.ts"
import type { Exchange } from "./exchange.ts"
import * as Exchanging from "./exchange.ts"
import type { Terms } from "./handshake.ts"
import * as Handshake from "./handshake.ts"
import { Incoming } from "./incoming.ts"
import * as Subscribing from "./subscribing.ts"

/** How long a closed link may take to send what is left. */
const lingerMillis = 5000

/** What an accepted connection has. */
interface Established {
  readonly terms: Terms
  readonly session: Session
  readonly incoming: Incoming
  readonly party: Subscribing.Party
  readonly exchange: Exchange | undefined
  readonly connectedAt: number
}

/** One network connection, from its first byte to its end: packets in, encoded packets and questions out. */
export class Link implements Holder {
  readonly outbox: Outbox
  established: Established | undefined
  isClosed = false
  private readonly connecting: Connecting
  private writingSince: number | undefined
  private lastWriteAt = -Infinity
  /** `check` is due to look at the writes. */
  private watchesWrites = false
  private closedAt = 0
  private lastPacketAt: number
  /** Bytes of a packet that is not complete yet. */
  private unfinished = 0
  private readonly hub: Hub
  private readonly onChange: () => void

  /** `wake` is called when there is something to write, `onChange` when deadlines change or the link has ended. */
  constructor(hub: Hub, wake: () => void, onChange: () => void, now: number) {
    this.hub = hub
    this.outbox = new Outbox(hub.ledger, wake, (packet) => hub.faults.drops("toClient", packet._tag, this.clientId))
    this.connecting = new Connecting(hub, this.outbox, this)
    this.onChange = onChange
    this.lastPacketAt = now
  }

  /** As soon as it is known. */
  get clientId(): string | undefined {
    return this.established?.terms.identity.clientId ?? this.connecting.clientId
  }

  /** A question has to be answered before the next packet is given. */
  receive(packet: Packet.Packet, now: number): Question | undefined {
    if (this.isClosed || this.hub.faults.drops("fromClient", packet._tag, this.clientId)) return undefined
    const { established } = this
    if (established === undefined) return this.connecting.receive(packet, now)
    this.lastPacketAt = now
    const { incoming, session } = established
    switch (packet._tag) {
      case "Publish":
        return incoming.publish(packet, now)
      case "PubRel":
        return incoming.pubRel(packet.packetId)
      case "PubAck":
        return this.checked(session.outgoing.pubAck(packet.packetId, now), now)
      case "PubRec":
        return this.checked(session.outgoing.pubRec(packet.packetId, (packet.reasonCode ?? 0) >= 0x80, now), now)
      case "PubComp":
        return this.checked(session.outgoing.pubComp(packet.packetId, now), now)
      case "Subscribe":
        return Subscribing.subscribe(established.party, packet, now)
      case "Unsubscribe":
        return Subscribing.unsubscribe(established.party, packet)
      case "PingReq":
        this.outbox.send(Packet.pingResp)
        return undefined
      case "Disconnect":
        return this.disconnected(established, packet, now)
      case "Auth":
        return this.reauthenticate(established, packet, now)
      default:
        // A second CONNECT [MQTT-3.1.0-2], or what only a server sends.
        return this.close(Reason.protocolError, now)
    }
  }

  /** The bytes behind this point are lost. */
  refuse(error: CodecError, now: number): void {
    if (this.isClosed) return
    const returnCode = this.established === undefined ? returnCodes[error.reasonCode] : undefined
    if (returnCode !== undefined) {
      // In the form of MQTT 3.1.1, which clients of every version understand.
      this.outbox.version = 4
      this.outbox.send(Packet.connAck({ reasonCode: returnCode }))
    }
    this.close(error.reasonCode, now)
  }

  /** Says how much of an unfinished packet is held: nobody may fill the memory with the beginnings of packets. */
  holds(bytes: number, now: number): void {
    if (bytes === this.unfinished) return
    this.hub.ledger.add(bytes - this.unfinished)
    const grows = bytes > this.unfinished
    this.unfinished = bytes
    if (grows && this.hub.ledger.isFull) this.close(Reason.quotaExceeded, now)
  }

  /** Ends the link from this side, saying why if the protocol can. */
  close(reasonCode: number, now: number): undefined {
    if (this.isClosed) return
    if (this.established?.terms.version === 5) this.outbox.send(Packet.disconnect({ reasonCode }))
    this.end(true, now)
  }

  shed(reasonCode: number, now: number): void {
    if (this.isClosed) return
    this.outbox.clear()
    this.close(reasonCode, now)
  }

  /** The transport is gone. */
  lost(now: number): void {
    if (!this.isClosed) this.end(true, now)
    this.outbox.clear()
    this.outbox.written()
    this.hub.ledger.subtract(this.unfinished)
    this.unfinished = 0
  }

  /** A write has not completed. */
  get isWriting(): boolean {
    return this.writingSince !== undefined
  }

  /** A write begins, which has to complete before the client counts as stuck. */
  writes(now: number): void {
    this.writingSince = now
    this.lastWriteAt = now
    if (!this.watchesWrites) this.onChange()
  }

  /** A write has completed, so there is room for what waits. */
  flushed(now: number): void {
    this.writingSince = undefined
    this.outbox.written()
    this.established?.session.outgoing.pump(now)
  }

  /** Applies the deadlines that have passed; the next one, or undefined when the link has none anymore. */
  check(now: number): number | undefined {
    if (this.isClosed) {
      const due = this.closedAt + lingerMillis
      return now >= due ? undefined : due
    }
    const { limits } = this.hub
    const { established } = this
    if (established === undefined) {
      const due = this.lastPacketAt + limits.connectTimeout
      if (now < due) return due
      this.end(true, now)
      return this.check(now)
    }
    if (this.writingSince !== undefined && now >= this.writingSince + limits.stallTimeout) {
      this.end(true, now)
      return undefined
    }
    // While writes go on they are looked at now and then; each one setting a deadline would cost more than the write.
    const stallDue = (this.writingSince ?? this.lastWriteAt) + limits.stallTimeout
    this.watchesWrites = stallDue > now
    const nextLook = this.watchesWrites ? stallDue : Infinity
    const { keepAlive } = established.terms
    if (keepAlive === 0) return nextLook
    const keepAliveDue = this.lastPacketAt + keepAlive * 1.5
    if (now < keepAliveDue) return Math.min(nextLook, keepAliveDue)
    this.close(Reason.keepAliveTimeout, now) // [MQTT-3.1.2-22]
    return this.check(now)
  }

  /** The client has been let in. */
  establish(
    packet: Packet.Connect,
    terms: Terms,
    exchange: Exchange | undefined,
    proof: Uint8Array | undefined,
    now: number
  ): Question | undefined {
    const opened = this.hub.openSession(terms.identity.clientId, terms.cleanStart, this, terms.will, now)
    if (opened === "QuotaExceeded") return this.refuseConnect("QuotaExceeded", now)
    const { present, session } = opened
    session.expiry = terms.expiry
    this.lastPacketAt = now
    const incoming = new Incoming(this.hub, this, this.outbox, session, terms, present)
    const party = { hub: this.hub, link: this, outbox: this.outbox, session, identity: terms.identity }
    this.established = { terms, session, incoming, party, exchange, connectedAt: now }
    // CONNACK is the first packet [MQTT-3.2.0-1]; a client too small for it cannot be served.
    if (!this.outbox.send(Handshake.accepted(packet, terms, present, this.hub, proof))) return this.end(true, now)
    session.outgoing.attach(this.outbox, terms.receiveMaximum, now)
    this.onChange()
    return Subscribing.replay(party, now)
  }

  refuseConnect(refusal: Reason.Refusal, now: number): undefined {
    this.outbox.send(Packet.connAck({ reasonCode: Reason.refusalCode(refusal, this.outbox.version) }))
    return this.end(true, now)
  }

  /** Before a CONNACK, a link is closed without a word. */
  abandon(now: number): undefined {
    return this.end(true, now)
  }

  private checked(result: "Ok" | "Violation", now: number): undefined {
    if (result === "Violation") this.close(Reason.protocolError, now)
  }

  /** Everything else goes on meanwhile; only a refusal has an effect [MQTT-4.12.1-2]. */
  private reauthenticate({ exchange, terms }: Established, packet: Packet.Auth, now: number): Question | undefined {
    const question = exchange?.receive(packet, (outcome, now) => {
      if (typeof outcome === "string") return this.close(Reason.notAuthorized, now)
      const method = packet.properties?.authenticationMethod ?? ""
      this.outbox.send(Exchanging.packetOf(Reason.success, method, outcome.data))
    }) ?? "Violation"
    if (question !== "Violation") return question
    // A client without a method may not send AUTH at all [MQTT-4.12.0-7].
    return terms.version === 5 ? this.close(Reason.protocolError, now) : this.abandon(now)
  }

  private disconnected({ session, terms }: Established, packet: Packet.Disconnect, now: number): undefined {
    const seconds = packet.properties?.sessionExpiryInterval
    if (seconds !== undefined) {
      // A session that was to end with the link cannot outlive it after all (MQTT 5 section 3.14.2.2.2).
      if (seconds > 0 && !terms.expiryRequested) return this.close(Reason.protocolError, now)
      session.expiry = Math.min(Handshake.expiryMillis(seconds), this.hub.limits.maxSessionExpiry)
    }
    return this.end((packet.reasonCode ?? Reason.success) !== Reason.success, now)
  }

  private end(abnormal: boolean, now: number): undefined {
    this.isClosed = true
    this.closedAt = now
    this.outbox.close()
    if (this.established !== undefined) {
      const { incoming, session, terms } = this.established
      incoming.end()
      this.hub.closeSession(session, this, abnormal ? terms.will : undefined, now)
    }
    this.onChange()
  }
}

/** Refusals of a CONNECT by the decoder that have an answer [MQTT-3.1.2-2, MQTT-3.1.3-8]. */
const returnCodes: { readonly [reasonCode: number]: number | undefined } = {
  [Reason.unsupportedProtocolVersion]: 1,
  [Reason.clientIdentifierNotValid]: 2
}
