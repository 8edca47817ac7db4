import type * as Packet from "@effect-mqtt/codec/Packet"

/** A packet that names its topic by number, and what to do once it is on its way. */
interface Aliased {
  readonly packet: Packet.Publish
  readonly commit: () => void
}

/** The topic aliases of what goes out over one connection [MQTT-3.3.2-8, -11]. */
export class Aliases {
  /** By topic, the one that was used least recently first. */
  private readonly numbers = new Map<string, number>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** The first packet of a topic defines the alias; later ones leave the topic out. */
  apply(packet: Packet.Publish): Aliased | undefined {
    const { topic } = packet
    if (this.most === 0 || topic.length <= shortTopic) return undefined
    const known = this.numbers.get(topic)
    const topicAlias = known ?? this.unused()
    return {
      packet: { ...packet, topic: known === undefined ? topic : "", properties: { ...packet.properties, topicAlias } },
      commit: () => {
        if (known === undefined && this.numbers.size === this.most) {
          for (const oldest of this.numbers.keys()) {
            this.numbers.delete(oldest)
            break
          }
        }
        this.numbers.delete(topic)
        this.numbers.set(topic, topicAlias)
      }
    }
  }

  private unused(): number {
    if (this.numbers.size < this.most) return this.numbers.size + 1
    for (const oldest of this.numbers.values()) return oldest
    return 1
  }
}

/** The alias itself takes three bytes. */
const shortTopic = 3
