import type * as Packet from "@effect-mqtt/codec/Packet"
import type { Hub, Question } from "../hub.ts"
import * as Message from "../messages/message.ts"
import * as Reason from "../reason.ts"
import type { Outbox } from "../sending/outbox.ts"
import type { Holder, Session } from "../sessions/session.ts"
import { identifierCost } from "../sessions/session.ts"
import * as System from "../system.ts"
import type { Terms } from "./handshake.ts"

/** The receiving half of a connection: the PUBLISHes of a client and how they are acknowledged. */
export class Incoming {
  private readonly hub: Hub
  private readonly link: Holder
  private readonly outbox: Outbox
  private readonly session: Session
  private readonly terms: Terms
  private readonly unknownRelease: number
  private readonly aliases = new Map<number, string>()
  /** Unreleased QoS 2 identifiers of this connection: what its Receive Maximum counts. */
  private readonly unreleased = new Set<number>()
  /** What the aliases cost. */
  private aliasBytes = 0

  constructor(hub: Hub, link: Holder, outbox: Outbox, session: Session, terms: Terms, resumed: boolean) {
    this.hub = hub
    this.link = link
    this.outbox = outbox
    this.session = session
    this.terms = terms
    // In a session that goes on it is the repetition of a PUBREL whose answer was lost, and clients take 0x92 for a failure.
    this.unknownRelease = resumed ? Reason.success : Reason.packetIdentifierNotFound
  }

  publish(packet: Packet.Publish, now: number): Question | undefined {
    // The table is brought up to date by every PUBLISH, also by one that goes no further.
    const topic = this.resolve(packet)
    if (typeof topic === "number") return this.fail(topic, now)
    const { packetId = 0 } = packet
    if ((packet.properties?.userProperties?.length ?? 0) > this.hub.limits.maxUserProperties) {
      return this.fail(Reason.quotaExceeded, now)
    }
    const { maximumQoS, retain } = this.hub.capabilities
    if (packet.qos > maximumQoS) return this.fail(Reason.qosNotSupported, now)
    if (packet.retain && !retain) return this.fail(Reason.retainNotSupported, now)
    if (packet.qos > 0 && this.session.received.has(packetId)) {
      if (packet.qos === 1) return this.fail(Reason.protocolError, now)
      // Routed before, whatever DUP says [MQTT-4.3.3-10].
      this.unreleased.add(packetId)
      return this.acknowledge("PubRec", packetId, Reason.success)
    }
    if (
      packet.qos === 2 && this.terms.version === 5 && this.unreleased.size >= this.hub.limits.receiveMaximum
    ) return this.fail(Reason.receiveMaximumExceeded, now)
    if (!System.mayPublish(topic)) return this.settle(packet, Reason.notAuthorized, now)
    if (!this.hub.authorizes) return this.route(packet, topic, now)
    return {
      _tag: "Authorize",
      identity: this.terms.identity,
      action: "publish",
      topics: [topic],
      answer: ([allowed], now) => {
        if (this.session.holder !== this.link) return undefined
        return allowed === true ? this.route(packet, topic, now) : this.settle(packet, Reason.notAuthorized, now)
      }
    }
  }

  pubRel(packetId: number): undefined {
    this.unreleased.delete(packetId)
    const known = this.session.received.delete(packetId)
    if (known) this.hub.ledger.subtract(identifierCost)
    return this.acknowledge("PubComp", packetId, known ? Reason.success : this.unknownRelease)
  }

  /** The connection is over, and with it what its aliases stood for. */
  end(): void {
    this.hub.ledger.subtract(this.aliasBytes)
    this.aliasBytes = 0
    this.aliases.clear()
  }

  /** The full topic, or the reason code to disconnect with. */
  private resolve(packet: Packet.Publish): string | number {
    const alias = packet.properties?.topicAlias
    let { topic } = packet
    if (alias !== undefined) {
      if (alias === 0 || alias > this.hub.limits.topicAliasMaximum) return Reason.topicAliasInvalid
      if (topic === "") topic = this.aliases.get(alias) ?? ""
      else if (!this.define(alias, topic)) return Reason.quotaExceeded
    }
    if (topic === "") return Reason.protocolError
    return topic.split("/").length > this.hub.limits.maxTopicLevels ? Reason.topicNameInvalid : topic
  }

  private define(alias: number, topic: string): boolean {
    const bytes = topic.length - (this.aliases.get(alias)?.length ?? 0)
    if (bytes > 0 && !this.hub.ledger.hasRoom(bytes)) return false
    this.aliasBytes += bytes
    this.hub.ledger.add(bytes)
    this.aliases.set(alias, topic)
    return true
  }

  private route(packet: Packet.Publish, topic: string, now: number): undefined {
    const { payload, properties, qos, retain } = packet
    const message = Message.make({ topic, payload, qos, retain, properties }, this.terms.identity.clientId, now)
    // Only an MQTT 5 client that waits for an answer can be told that its message is not kept.
    const routed = this.hub.publish(message, qos > 0 && this.terms.version === 5, now)
    switch (routed) {
      case "Delivered":
        return this.settle(packet, Reason.success, now)
      case "NoSubscribers":
        return this.settle(packet, Reason.noMatchingSubscribers, now)
      case "RetainedFull":
        return this.settle(packet, Reason.quotaExceeded, now)
    }
  }

  private settle({ packetId = 0, qos }: Packet.Publish, code: number, now: number): undefined {
    // Routing may have ended this very link.
    if (qos === 0 || this.session.holder !== this.link) return
    if (qos === 1) return this.acknowledge("PubAck", packetId, code)
    // MQTT 3.1.1 has no negative answer, so there the exchange takes its course.
    if (code < 0x80 || this.terms.version === 4) {
      if (!this.hub.ledger.hasRoom(identifierCost)) return this.fail(Reason.quotaExceeded, now)
      this.hub.ledger.add(identifierCost)
      this.session.received.add(packetId)
      this.unreleased.add(packetId)
    }
    return this.acknowledge("PubRec", packetId, code)
  }

  private acknowledge(_tag: "PubAck" | "PubRec" | "PubComp", packetId: number, reasonCode: number): undefined {
    this.outbox.send(this.terms.version === 5 ? { _tag, packetId, reasonCode } : { _tag, packetId })
  }

  private fail(reasonCode: number, now: number): undefined {
    this.link.close(reasonCode, now)
  }
}
