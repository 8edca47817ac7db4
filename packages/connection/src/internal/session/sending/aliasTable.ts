/**
 * Which topics have an alias on a link. The least recently used alias makes room for a new topic, but only for one that has
 * come up several times lately, and for more times the more often that happened without the aliases being of use: many
 * topics that take turns do not push each other out.
 */

/** An alias costs three bytes where it is defined; a topic has to be longer for it to pay. */
const shortestTopic = 4
const cheapest = 2
const dearest = 64

interface Alias {
  readonly alias: number
  usedAt: number
}

/** An alias to define for a topic, and the topic that gives it up. */
export interface Offer {
  readonly alias: number
  readonly from: string | undefined
}

export class AliasTable {
  private readonly aliases = new Map<string, Alias>()
  /** Topics without an alias that came up lately, and how often. */
  private readonly candidates = new Map<string, number>()
  private readonly maximum: number
  private uses = 0
  /** How often a topic has to come up before it takes the place of another. */
  private price = cheapest

  /** The server takes aliases from 1 to `maximum`. */
  constructor(maximum: number) {
    this.maximum = maximum
  }

  /** The alias that the topic has, which is used now. */
  use(topic: string): number | undefined {
    const known = this.aliases.get(topic)
    if (known === undefined) return undefined
    known.usedAt = ++this.uses
    if (this.uses % dearest === 0 && this.price > cheapest) this.price /= 2
    return known.alias
  }

  offer(topic: string): Offer | undefined {
    if (topic.length < shortestTopic) return undefined
    if (this.aliases.size < this.maximum) return { alias: this.aliases.size + 1, from: undefined }
    if (!this.isWorthReplacing(topic)) return undefined
    const from = this.leastRecent()
    const given = from === undefined ? undefined : this.aliases.get(from)
    return given === undefined ? undefined : { alias: given.alias, from }
  }

  /** The offer was taken up. */
  define(topic: string, { alias, from }: Offer): void {
    if (from !== undefined) {
      this.aliases.delete(from)
      this.price = Math.min(dearest, this.price * 2)
    }
    this.aliases.set(topic, { alias, usedAt: ++this.uses })
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
