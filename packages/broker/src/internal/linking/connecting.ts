import type * as Packet from "@effect-mqtt/codec/Packet"
import type { ConnectRefusal } from "../../AccessControl.ts"
import type { Hub, Question } from "../hub.ts"
import type * as Reason from "../reason.ts"
import { Aliases } from "../sending/aliases.ts"
import type { Outbox } from "../sending/outbox.ts"
import type { Acceptance } from "./exchange.ts"
import { Exchange } from "./exchange.ts"
import type { Terms } from "./handshake.ts"
import * as Handshake from "./handshake.ts"

/** The link whose client wants to be let in. */
export interface Entrance {
  readonly isClosed: boolean
  readonly establish: (
    packet: Packet.Connect,
    terms: Terms,
    exchange: Exchange | undefined,
    proof: Uint8Array | undefined,
    now: number
  ) => Question | undefined
  readonly refuseConnect: (refusal: Reason.Refusal, now: number) => undefined
  readonly abandon: (now: number) => undefined
}

/** A connection from its first packet to its CONNACK. */
export class Connecting {
  clientId: string | undefined
  private exchange: Exchange | undefined
  private readonly hub: Hub
  private readonly outbox: Outbox
  private readonly link: Entrance

  constructor(hub: Hub, outbox: Outbox, link: Entrance) {
    this.hub = hub
    this.outbox = outbox
    this.link = link
  }

  /** The first packet has to be a CONNECT [MQTT-3.1.0-1]; with a method, AUTH may follow [MQTT-3.1.2-30]. */
  receive(packet: Packet.Packet, now: number): Question | undefined {
    if (this.clientId === undefined) {
      return packet._tag === "Connect" ? this.connect(packet, now) : this.link.abandon(now)
    }
    if (packet._tag === "Disconnect") return this.link.abandon(now)
    const question = packet._tag === "Auth" ? this.exchange?.receive(packet, undefined) : undefined
    return question === undefined || question === "Violation" ? this.link.refuseConnect("ProtocolError", now) : question
  }

  private connect(packet: Packet.Connect, now: number): Question | undefined {
    const { hub, link, outbox } = this
    outbox.version = packet.protocolVersion
    if (hub.isOverloaded) return link.refuseConnect("ServerBusy", now)
    const problem = Handshake.problem(packet, hub.limits, hub.capabilities)
    if (problem !== undefined) return link.refuseConnect(problem, now)
    const clientId = packet.clientId === "" ? hub.assignClientId() : packet.clientId
    this.clientId = clientId
    const refusal = hub.faults.refusal(clientId)
    if (refusal !== undefined) return link.refuseConnect(refusal, now)
    const terms = Handshake.terms(packet, clientId, hub.limits)
    outbox.maxPacketBytes = terms.maxPacketBytes
    outbox.aliases = new Aliases(terms.topicAliasMaximum)
    const request = Handshake.request(packet, clientId)
    const conclude = (outcome: Acceptance | ConnectRefusal, now: number) => this.conclude(packet, terms, outcome, now)
    const method = packet.properties?.authenticationMethod
    if (method !== undefined) {
      const mechanism = hub.mechanism(method)
      if (mechanism === undefined) return link.refuseConnect("BadAuthenticationMethod", now)
      this.exchange = new Exchange(method, mechanism, request, outbox)
      return this.exchange.begin(packet.properties?.authenticationData, conclude)
    }
    if (!hub.authenticates) return this.authorizeWill(packet, terms, undefined, now)
    return {
      _tag: "Authenticate",
      request,
      answer: (decision, now) => {
        const outcome = decision === true ? accepted : decision === false ? "BadCredentials" : decision
        return conclude(outcome, now)
      }
    }
  }

  private conclude(
    packet: Packet.Connect,
    terms: Terms,
    outcome: Acceptance | ConnectRefusal,
    now: number
  ): Question | undefined {
    if (this.link.isClosed) return undefined
    if (typeof outcome === "string") return this.link.refuseConnect(outcome, now)
    const { data, username } = outcome
    const identity = username === undefined ? terms.identity : { ...terms.identity, username }
    return this.authorizeWill(packet, { ...terms, identity }, data, now)
  }

  private authorizeWill(
    packet: Packet.Connect,
    terms: Terms,
    proof: Uint8Array | undefined,
    now: number
  ): Question | undefined {
    if (packet.will === undefined || !this.hub.authorizes) {
      return this.link.establish(packet, terms, this.exchange, proof, now)
    }
    return {
      _tag: "Authorize",
      identity: terms.identity,
      action: "publish",
      topics: [packet.will.topic],
      answer: ([allowed], now) => {
        if (this.link.isClosed) return undefined
        return allowed === true
          ? this.link.establish(packet, terms, this.exchange, proof, now)
          : this.link.refuseConnect("NotAuthorized", now)
      }
    }
  }
}

const accepted: Acceptance = { _tag: "Accept" }
