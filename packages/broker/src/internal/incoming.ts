import type * as Packet from "@effect-mqtt/codec/Packet"
import type { Terms } from "./handshake.ts"
import type { Hub, Question } from "./hub.ts"
import * as Message from "./message.ts"
import type { Outbox } from "./outbox.ts"
import * as Reason from "./reason.ts"
import type { Holder, Session } from "./session.ts"

/** The receiving half of a connection: the PUBLISHes of a client and how they are acknowledged. */
export class Incoming {
  private readonly hub: Hub
  private readonly link: Holder
  private readonly outbox: Outbox
  private readonly session: Session
  private readonly terms: Terms
  private readonly aliases = new Map<number, string>()
  /** Unreleased QoS 2 identifiers of this connection: what its Receive Maximum counts. */
  private readonly unreleased = new Set<number>()

  constructor(hub: Hub, link: Holder, outbox: Outbox, session: Session, terms: Terms) {
    this.hub = hub
    this.link = link
    this.outbox = outbox
    this.session = session
    this.terms = terms
  }

  publish(packet: Packet.Publish, now: number): Question | undefined {
    // The table is brought up to date by every PUBLISH, also by one that goes no further.
    const topic = this.resolve(packet)
    if (typeof topic === "number") return this.end(topic, now)
    const { packetId = 0 } = packet
    if (packet.qos > 0 && this.session.received.has(packetId)) {
      if (packet.qos === 1) return this.end(Reason.protocolError, now)
      // Routed before, whatever DUP says [MQTT-4.3.3-10].
      this.unreleased.add(packetId)
      return this.acknowledge("PubRec", packetId, Reason.success)
    }
    if (
      packet.qos === 2 && this.terms.version === 5 && this.unreleased.size >= this.hub.limits.receiveMaximum
    ) return this.end(Reason.receiveMaximumExceeded, now)
    if (!this.hub.authorizes) return this.route(packet, topic, now)
    return {
      _tag: "Authorize",
      identity: this.terms.identity,
      action: "publish",
      topics: [topic],
      answer: ([allowed], now) => {
        if (this.session.holder !== this.link) return undefined
        return allowed === true ? this.route(packet, topic, now) : this.settle(packet, Reason.notAuthorized)
      }
    }
  }

  pubRel(packetId: number): undefined {
    this.unreleased.delete(packetId)
    const known = this.session.received.delete(packetId)
    return this.acknowledge("PubComp", packetId, known ? Reason.success : Reason.packetIdentifierNotFound)
  }

  /** The full topic, or the reason code to disconnect with. */
  private resolve(packet: Packet.Publish): string | number {
    const alias = packet.properties?.topicAlias
    let { topic } = packet
    if (alias !== undefined) {
      if (alias === 0 || alias > this.hub.limits.topicAliasMaximum) return Reason.topicAliasInvalid
      if (topic === "") topic = this.aliases.get(alias) ?? ""
      else this.aliases.set(alias, topic)
    }
    if (topic === "") return Reason.protocolError
    return topic.split("/").length > this.hub.limits.maxTopicLevels ? Reason.topicNameInvalid : topic
  }

  private route(packet: Packet.Publish, topic: string, now: number): undefined {
    const { payload, properties, qos, retain } = packet
    const message = Message.make({ topic, payload, qos, retain, properties }, this.terms.identity.clientId, now)
    // Only an MQTT 5 client that waits for an answer can be told that its message is not kept.
    const routed = this.hub.publish(message, qos > 0 && this.terms.version === 5, now)
    switch (routed) {
      case "Delivered":
        return this.settle(packet, Reason.success)
      case "NoSubscribers":
        return this.settle(packet, Reason.noMatchingSubscribers)
      case "RetainedFull":
        return this.settle(packet, Reason.quotaExceeded)
    }
  }

  private settle({ packetId = 0, qos }: Packet.Publish, code: number): undefined {
    // Routing may have ended this very link.
    if (qos === 0 || this.session.holder !== this.link) return
    if (qos === 1) return this.acknowledge("PubAck", packetId, code)
    // MQTT 3.1.1 has no negative answer, so there the exchange takes its course.
    if (code < 0x80 || this.terms.version === 4) {
      this.session.received.add(packetId)
      this.unreleased.add(packetId)
    }
    return this.acknowledge("PubRec", packetId, code)
  }

  private acknowledge(_tag: "PubAck" | "PubRec" | "PubComp", packetId: number, reasonCode: number): undefined {
    this.outbox.send(this.terms.version === 5 ? { _tag, packetId, reasonCode } : { _tag, packetId })
  }

  private end(reasonCode: number, now: number): undefined {
    this.link.close(reasonCode, now)
  }
}
