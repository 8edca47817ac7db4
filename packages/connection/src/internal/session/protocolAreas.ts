/** The areas of the protocol, as far as they do not depend on the link: what a session keeps from one link to the next. */
import * as Either from "effect/Either"
import type { Bounds, Owner } from "./contract.ts"
import type { Durable, MakeDurable } from "./durable.ts"
import { PacketIds } from "./identifiers/packetIds.ts"
import { KeepAlive } from "./linking/keepAlive.ts"
import { Pings } from "./linking/pings.ts"
import { Operations } from "./operations.ts"
import type { OutputOwner } from "./output.ts"
import { ObservedOutput, Output } from "./output.ts"
import { Inbound } from "./receiving/inbound.ts"
import { InboundAliases } from "./receiving/inboundAliases.ts"
import { MemoryReceivedIds } from "./receiving/receivedIds.ts"
import { Outbound } from "./sending/outbound.ts"
import { OutboundAliases } from "./sending/outboundAliases.ts"
import type { SettlePublish } from "./sending/publication.ts"
import * as traffics from "./traffic.ts"

export class ProtocolAreas implements OutputOwner {
  /** The instant of the last input. */
  now = 0
  /** Whether there is a session here that the server may go on with. */
  hasState: boolean
  readonly traffic = traffics.make()
  readonly keepAlive: KeepAlive
  readonly output: Output
  readonly aliasesOut: OutboundAliases
  readonly aliasesIn = new InboundAliases()
  readonly pings = new Pings()
  /** Absent while the session is kept in memory. */
  readonly durable: Durable | undefined
  readonly outbound: Outbound
  readonly inbound: Inbound
  readonly operations: Operations

  constructor(bounds: Bounds, owner: Owner, makeDurable: MakeDurable | undefined) {
    this.keepAlive = new KeepAlive(bounds.pingLead)
    const output = owner.onPacket === undefined ? new Output(this) : new ObservedOutput(this, owner)
    this.output = output
    this.aliasesOut = new OutboundAliases(output)
    const ids = new PacketIds()
    const durable = makeDurable?.(ids, output)
    this.durable = durable
    this.hasState = durable?.hadState === true
    this.outbound = new Outbound(this.aliasesOut, ids, bounds, durable?.outgoing, unattended(owner), this.traffic)
    this.inbound = new Inbound(output, bounds, durable?.received ?? new MemoryReceivedIds())
    this.operations = new Operations(output, ids, durable?.subscriptions)
  }

  onWrite(): void {
    this.traffic.packetsSent++
    this.keepAlive.sent(this.now)
  }
}

const unattended = (owner: Owner): SettlePublish => (result) => {
  if (Either.isLeft(result)) owner.onUnattended?.(result.left)
}
