/** Hands each packet to the area of the protocol that it is for, and judges those that none expects. */
import type { Packet } from "@effect-mqtt/codec"
import type { AuthError, ConnectError } from "../../MqttError.ts"
import type { Owner } from "./contract.ts"
import type { Handshake } from "./linking/handshake.ts"
import * as refusal from "./linking/refusal.ts"
import type { ProtocolAreas } from "./protocolAreas.ts"
import { IncomingMessage } from "./receiving/incomingMessage.ts"

/** What of a link takes part. */
export interface Surroundings {
  readonly handshake: Pick<Handshake, "phase" | "receive" | "onAuth">
  /** Runs after each SUBACK and UNSUBACK. */
  readonly answered: (now: number) => void
  readonly onPingResp: (now: number) => void
  /** The server has complained about a topic alias of ours. */
  readonly refuseAliases: () => void
  readonly end: (error: AuthError | ConnectError) => void
  readonly violation: (detail: string, reasonCode?: number) => void
}

type Acknowledgement = (Packet.PubAck | Packet.PubRec | Packet.PubComp | Packet.SubAck | Packet.UnsubAck) & {
  readonly reasonCode?: number | undefined
}

const identifierInUse = 0x91
const topicAliasInvalid = 0x94

export class Dispatch {
  private readonly areas: ProtocolAreas
  private readonly link: Surroundings
  private readonly handshake: Surroundings["handshake"]
  private readonly inbound: ProtocolAreas["inbound"]
  private readonly traffic: ProtocolAreas["traffic"]
  private readonly owner: Pick<Owner, "onMessage">

  constructor(areas: ProtocolAreas, link: Surroundings, owner: Pick<Owner, "onMessage">) {
    this.areas = areas
    this.link = link
    this.handshake = link.handshake
    this.inbound = areas.inbound
    this.traffic = areas.traffic
    this.owner = owner
  }

  handle(now: number, packet: Packet.Packet): void {
    if (this.handshake.phase() === "Handshaking") return this.handshake.receive(now, packet)
    switch (packet._tag) {
      case "Publish":
        return this.onPublish(now, packet)
      case "PubAck":
      case "PubComp":
        return this.checked(now, packet, this.areas.outbound.acknowledge(now, packet))
      case "PubRec":
        return this.checked(now, packet, this.onPubRec(now, packet))
      case "PubRel":
        return this.inbound.release(now, packet)
      case "SubAck":
      case "UnsubAck":
        return this.onAnswer(now, packet)
      case "PingResp":
        return this.link.onPingResp(now)
      case "Auth":
        return this.handshake.onAuth(now, packet)
      case "Disconnect":
        if (packet.reasonCode === topicAliasInvalid) this.link.refuseAliases()
        return this.link.end(refusal.ofDisconnect(packet))
      default:
        return this.link.violation(`${packet._tag} is not expected here`)
    }
  }

  private onPublish(now: number, packet: Packet.Publish): void {
    const alias = packet.properties?.topicAlias
    if (alias === undefined) return this.deliver(now, packet)
    const resolved = this.areas.aliasesIn.resolve(packet, alias)
    if (resolved._tag === "Message") this.deliver(now, resolved.packet)
    else this.link.violation(resolved.detail, resolved.reasonCode)
  }

  private deliver(now: number, packet: Packet.Publish): void {
    const arrival = this.inbound.publish(now, packet)
    if (arrival._tag === "Nothing") return
    if (arrival._tag === "Violation") return this.link.violation(arrival.detail, arrival.reasonCode)
    this.traffic.messagesReceived++
    this.owner.onMessage(new IncomingMessage(packet), arrival._tag === "Pending" ? arrival : undefined)
  }

  /** Whether the identifier of an answer that nobody expects is that of a packet which has another kind of answer [5 §2.2.1]. */
  private isOfAnother({ packetId }: Acknowledgement): boolean {
    return this.areas.outbound.expects(packetId) || this.areas.operations.expects(packetId)
  }

  private onPubRec(now: number, packet: Packet.PubRec): "ok" | "unknown" | "wrong" {
    const { outbound, output } = this.areas
    const verdict = outbound.acknowledge(now, packet)
    if (verdict !== "unknown" || (packet.reasonCode ?? 0) >= 0x80 || this.isOfAnother(packet)) return verdict
    // Nothing is known of this exchange: let the server finish it [5 §3.6.2.1].
    output.answer("PubRel", packet.packetId, 0x92)
    return verdict
  }

  private checked(now: number, packet: Acknowledgement, verdict: "ok" | "unknown" | "wrong"): void {
    if (verdict === "wrong" || (verdict === "unknown" && this.isOfAnother(packet))) {
      return this.link.violation(`${packet._tag} does not fit the exchange of its packet identifier`)
    }
    if (packet.reasonCode === identifierInUse) return this.inUse()
    this.areas.operations.flush(now)
  }

  /** Its state is another than ours: only a resumed session can tell what became of the exchange. */
  private inUse(): void {
    this.link.violation("the server says that a free packet identifier is in use")
  }

  private onAnswer(now: number, packet: Packet.SubAck | Packet.UnsubAck): void {
    // Nothing was decided about the filters: the next link asks for them again.
    if (packet.reasonCodes?.includes(identifierInUse) === true) return this.inUse()
    this.checked(now, packet, this.areas.operations.acknowledge(now, packet))
    this.link.answered(now)
  }
}
