/**
 * Topic aliases of our own [5 §3.3.2.3.4]. They live for one link and are decided while a PUBLISH is
 * written: what the session keeps, and sends again, has its full topic.
 *
 * The least recently used alias makes room for a new topic, but only for one that has come up several
 * times lately, and for more times the more often that happened without the aliases being of use:
 * many topics that take turns do not push each other out.
 */
import type { Packet } from "@effect-mqtt/codec"
import type { Output } from "./output.ts"

/** An alias costs three bytes where it is defined; a topic has to be longer for it to pay. */
const shortestTopic = 4
const cheapest = 2
const dearest = 64

interface Alias {
  readonly alias: number
  usedAt: number
}

export interface OutboundAliases {
  /** The same output, whose PUBLISHes go out with aliases. */
  readonly output: Output
  /** A new link: the server takes aliases from 1 to `maximum`. */
  readonly reset: (maximum: number) => void
}

export const make = (output: Output): OutboundAliases => {
  const aliases = new Map<string, Alias>()
  /** Topics without an alias that came up lately, and how often. */
  let candidates = new Map<string, number>()
  let maximum = 0
  let uses = 0
  /** How often a topic has to come up before it takes the place of another. */
  let price = cheapest

  const leastRecent = (): string | undefined => {
    let oldest = Infinity
    let found: string | undefined
    for (const [topic, { usedAt }] of aliases) {
      if (usedAt < oldest) {
        oldest = usedAt
        found = topic
      }
    }
    return found
  }

  const worthReplacing = (topic: string): boolean => {
    const count = (candidates.get(topic) ?? 0) + 1
    if (count < price) {
      if (candidates.size >= maximum * 2 && !candidates.has(topic)) candidates = new Map()
      candidates.set(topic, count)
      return false
    }
    candidates.delete(topic)
    return true
  }

  /** The alias to define for the topic, and the topic that gives it up. */
  const offer = (topic: string): { readonly alias: number; readonly from: string | undefined } | undefined => {
    if (topic.length < shortestTopic) return undefined
    if (aliases.size < maximum) return { alias: aliases.size + 1, from: undefined }
    if (!worthReplacing(topic)) return undefined
    const from = leastRecent()
    const given = from === undefined ? undefined : aliases.get(from)
    return given === undefined ? undefined : { alias: given.alias, from }
  }

  const define = (packet: Packet.Publish) => {
    const offered = offer(packet.topic)
    if (offered === undefined) return output.write(packet)
    const { alias, from } = offered
    const problem = output.write({ ...packet, properties: { ...packet.properties, topicAlias: alias } })
    // It may just fit without the alias; a packet that does not leave defines nothing.
    if (problem !== undefined) return problem._tag === "PacketTooLarge" ? output.write(packet) : problem
    if (from !== undefined) {
      aliases.delete(from)
      price = Math.min(dearest, price * 2)
    }
    aliases.set(packet.topic, { alias, usedAt: ++uses })
    return undefined
  }

  const write: Output["write"] = (packet) => {
    if (maximum === 0 || packet._tag !== "Publish") return output.write(packet)
    const known = aliases.get(packet.topic)
    if (known === undefined) return define(packet)
    known.usedAt = ++uses
    if (uses % dearest === 0 && price > cheapest) price /= 2
    return output.write({ ...packet, topic: "", properties: { ...packet.properties, topicAlias: known.alias } })
  }

  return {
    output: { ...output, write },
    reset: (next) => {
      maximum = next
      uses = 0
      price = cheapest
      aliases.clear()
      candidates = new Map()
    }
  }
}
