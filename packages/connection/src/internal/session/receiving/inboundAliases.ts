/**
 * Topic aliases that the server defines [5 §3.3.2.3.4]. They live for one link; the application only
 * ever sees full topics.
 */
import type { Packet } from "@effect-mqtt/codec"

export type Resolved =
  | { readonly _tag: "Message"; readonly packet: Packet.Publish }
  | { readonly _tag: "Violation"; readonly reasonCode: number; readonly detail: string }

export class InboundAliases {
  #topics: Map<number, string> | undefined = undefined
  #maximum = 0

  /** A new link, on which the server may use aliases from 1 to `maximum`. */
  reset(maximum: number): void {
    this.#topics = undefined
    this.#maximum = maximum
  }

  /** Applies the alias of a packet, even of one that will not be delivered. */
  resolve(packet: Packet.Publish, alias: number): Resolved {
    const maximum = this.#maximum
    if (alias < 1 || alias > maximum) {
      const detail = maximum === 0 ? "no topic aliases were announced" : "the topic alias is above the maximum"
      return { _tag: "Violation", reasonCode: 0x94, detail }
    }
    this.#topics ??= new Map()
    if (packet.topic !== "") this.#topics.set(alias, packet.topic)
    const topic = this.#topics.get(alias)
    if (topic === undefined) {
      return { _tag: "Violation", reasonCode: 0x82, detail: "the topic alias was never defined on this link" }
    }
    const { topicAlias: _, ...properties } = packet.properties ?? {}
    return { _tag: "Message", packet: { ...packet, topic, properties } }
  }
}
