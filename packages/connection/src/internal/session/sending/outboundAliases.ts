/**
 * Topic aliases of our own [5 §3.3.2.3.4]. They live for one link and are decided while a PUBLISH is
 * written: what the session keeps, and sends again, has its full topic.
 *
 * The least recently used alias makes room for a new topic, but only for one that has come up several
 * times lately, and for more times the more often that happened without the aliases being of use:
 * many topics that take turns do not push each other out.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import type { PacketOutput } from "../output.ts"

/** An alias costs three bytes where it is defined; a topic has to be longer for it to pay. */
const shortestTopic = 4
const cheapest = 2
const dearest = 64

interface Alias {
  readonly alias: number
  usedAt: number
}

/** The output under it, whose PUBLISHes go out with aliases. */
export class OutboundAliases implements PacketOutput {
  private readonly output: PacketOutput
  private readonly aliases = new Map<string, Alias>()
  /** Topics without an alias that came up lately, and how often. */
  private readonly candidates = new Map<string, number>()
  private maximum = 0
  private uses = 0
  /** How often a topic has to come up before it takes the place of another. */
  private price = cheapest

  constructor(output: PacketOutput) {
    this.output = output
  }

  /** A new link: the server takes aliases from 1 to `maximum`. */
  reset(maximum: number): void {
    this.maximum = maximum
    this.uses = 0
    this.price = cheapest
    this.aliases.clear()
    this.candidates.clear()
  }

  bytes(): number {
    return this.output.bytes()
  }

  write(packet: Packet.Packet): CodecError.CodecError | undefined {
    if (this.maximum === 0 || packet._tag !== "Publish") return this.output.write(packet)
    const known = this.aliases.get(packet.topic)
    if (known === undefined) return this.define(packet)
    known.usedAt = ++this.uses
    if (this.uses % dearest === 0 && this.price > cheapest) this.price /= 2
    return this.output.write({ ...packet, topic: "", properties: { ...packet.properties, topicAlias: known.alias } })
  }

  private define(packet: Packet.Publish): CodecError.CodecError | undefined {
    const offered = this.offer(packet.topic)
    if (offered === undefined) return this.output.write(packet)
    const { alias, from } = offered
    const problem = this.output.write({ ...packet, properties: { ...packet.properties, topicAlias: alias } })
    // It may just fit without the alias; a packet that does not leave defines nothing.
    if (problem !== undefined) return problem._tag === "PacketTooLarge" ? this.output.write(packet) : problem
    if (from !== undefined) {
      this.aliases.delete(from)
      this.price = Math.min(dearest, this.price * 2)
    }
    this.aliases.set(packet.topic, { alias, usedAt: ++this.uses })
    return undefined
  }

  /** The alias to define for the topic, and the topic that gives it up. */
  private offer(topic: string): { readonly alias: number; readonly from: string | undefined } | undefined {
    if (topic.length < shortestTopic) return undefined
    if (this.aliases.size < this.maximum) return { alias: this.aliases.size + 1, from: undefined }
    if (!this.isWorthReplacing(topic)) return undefined
    const from = this.leastRecent()
    const given = from === undefined ? undefined : this.aliases.get(from)
    return given === undefined ? undefined : { alias: given.alias, from }
  }

  private isWorthReplacing(topic: string): boolean {
    const count = (this.candidates.get(topic) ?? 0) + 1
    if (count < this.price) {
      if (this.candidates.size >= this.maximum * 2 && !this.candidates.has(topic)) this.candidates.clear()
      this.candidates.set(topic, count)
      return false
    }
    this.candidates.delete(topic)
    return true
  }

  private leastRecent(): string | undefined {
    let oldest = Infinity
    let found: string | undefined
    for (const [topic, { usedAt }] of this.aliases) {
      if (usedAt < oldest) {
        oldest = usedAt
        found = topic
      }
    }
    return found
  }
}
