/**
 * Topic aliases of our own [5 §3.3.2.3.4]. They live for one link and are decided while a PUBLISH is
 * written: what the session keeps, and sends again, has its full topic.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import type { PacketOutput } from "../output.ts"
import { AliasTable } from "./aliasTable.ts"

/** The output under it, whose PUBLISHes go out with aliases. */
export class OutboundAliases implements PacketOutput {
  private readonly output: PacketOutput
  private maximum = 0
  /** Made for the first PUBLISH of a link. */
  private table: AliasTable | undefined = undefined

  constructor(output: PacketOutput) {
    this.output = output
  }

  /** A new link: the server takes aliases from 1 to `maximum`. */
  reset(maximum: number): void {
    this.maximum = maximum
    this.table = undefined
  }

  bytes(): number {
    return this.output.bytes()
  }

  write(packet: Packet.Packet): CodecError.CodecError | undefined {
    if (this.maximum === 0 || packet._tag !== "Publish" || packet.dup) return this.output.write(packet)
    const table = this.table ??= new AliasTable(this.maximum)
    const topicAlias = table.use(packet.topic)
    if (topicAlias === undefined) return this.define(packet, table)
    return this.output.write({ ...packet, topic: "", properties: { ...packet.properties, topicAlias } })
  }

  private define(packet: Packet.Publish, table: AliasTable): CodecError.CodecError | undefined {
    const offer = table.offer(packet.topic)
    if (offer === undefined) return this.output.write(packet)
    const problem = this.output.write({ ...packet, properties: { ...packet.properties, topicAlias: offer.alias } })
    // It may just fit without the alias; a packet that does not leave defines nothing.
    if (problem !== undefined) return problem._tag === "PacketTooLarge" ? this.output.write(packet) : problem
    table.define(packet.topic, offer)
    return undefined
  }
}
