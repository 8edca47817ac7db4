/** Hands each packet to the area of the protocol that it is for, and judges those that none expects. */
import type { Packet } from "@effect-mqtt/codec"
import type { AuthError, ConnectError } from "../../MqttError.ts"
import type { Options } from "./contract.ts"
import type { Handshake } from "./handshake.ts"
import type { Inbound } from "./inbound.ts"
import type { InboundAliases } from "./inboundAliases.ts"
import type { Operations } from "./operations.ts"
import type { Outbound } from "./outbound.ts"
import type { Output } from "./output.ts"
import * as refusal from "./refusal.ts"
import type { Traffic } from "./traffic.ts"

export interface Areas {
  readonly handshake: Pick<Handshake, "phase" | "receive" | "onAuth">
  readonly inbound: Inbound
  readonly aliases: InboundAliases
  readonly outbound: Outbound
  readonly operations: Operations
  readonly output: Output
  readonly traffic: Traffic
  readonly onMessage: Options["onMessage"]
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

export const make = (areas: Areas): (now: number, packet: Packet.Packet) => void => {
  const { aliases, end, handshake, inbound, onMessage, operations, outbound, output, traffic, violation } = areas

  const onPublish = (now: number, packet: Packet.Publish) => {
    const alias = packet.properties?.topicAlias
    if (alias === undefined) return deliver(now, packet)
    const resolved = aliases.resolve(packet, alias)
    if (resolved._tag === "Message") deliver(now, resolved.packet)
    else violation(resolved.detail, resolved.reasonCode)
  }

  const deliver = (now: number, packet: Packet.Publish) => {
    const arrival = inbound.publish(now, packet)
    if (arrival._tag === "Violation") violation(arrival.detail, arrival.reasonCode)
    else if (arrival._tag === "Deliver") {
      traffic.messagesReceived++
      onMessage(packet, arrival.pending)
    }
  }

  const onPubRec = (now: number, packet: Packet.PubRec) => {
    const verdict = outbound.acknowledge(now, packet)
    if (verdict !== "unknown" || (packet.reasonCode ?? 0) >= 0x80) return verdict
    // Nothing is known of this exchange: let the server finish it [5 §3.6.2.1].
    output.write({
      _tag: "PubRel",
      packetId: packet.packetId,
      ...(output.version() === 5 ? { reasonCode: 0x92 } : {})
    })
    return verdict
  }

  const checked = (now: number, packet: Acknowledgement, verdict: "ok" | "unknown" | "wrong") => {
    if (verdict === "wrong") return violation(`${packet._tag} does not fit the exchange of its packet identifier`)
    if (packet.reasonCode === identifierInUse) return inUse()
    operations.flush(now)
  }

  /** Its state is another than ours: only a resumed session can tell what became of the exchange. */
  const inUse = () => violation("the server says that a free packet identifier is in use")

  const onAnswer = (now: number, packet: Packet.SubAck | Packet.UnsubAck) => {
    // Nothing was decided about the filters: the next link asks for them again.
    if (packet.reasonCodes?.includes(identifierInUse) === true) return inUse()
    checked(now, packet, operations.acknowledge(now, packet))
    areas.answered(now)
  }

  return (now, packet) => {
    if (handshake.phase() === "Handshaking") return handshake.receive(now, packet)
    switch (packet._tag) {
      case "Publish":
        return onPublish(now, packet)
      case "PubAck":
      case "PubComp":
        return checked(now, packet, outbound.acknowledge(now, packet))
      case "PubRec":
        return checked(now, packet, onPubRec(now, packet))
      case "PubRel":
        return inbound.release(now, packet)
      case "SubAck":
      case "UnsubAck":
        return onAnswer(now, packet)
      case "PingResp":
        return areas.onPingResp(now)
      case "Auth":
        return handshake.onAuth(now, packet)
      case "Disconnect":
        if (packet.reasonCode === topicAliasInvalid) areas.refuseAliases()
        return end(refusal.ofDisconnect(packet))
      default:
        return violation(`${packet._tag} is not expected here`)
    }
  }
}
