/**
 * What the topics that came recently were found to match. Most programs get the same topics again and again, and to find one
 * here takes a fraction of matching it anew, which took a sixth of the CPU time of a message without subscription identifier
 * (3.1.1 has none), and most of the memory that was allocated for it.
 */
import * as TopicTrie from "@effect-mqtt/codec/TopicTrie"

/** Topics that are known at once, characters of one, and filters that cover it: less than 1 MiB for all of them. */
const mostTopics = 1024
const mostCharacters = 256
const mostFilters = 16
/** When there are so many, they make room for others once so many have come that are not among them. */
const mostUnknown = 8 * mostTopics

export class RecentTopics<A> {
  readonly #trie = TopicTrie.make<A>()
  #known: Map<string, ReadonlyArray<A>> | undefined = undefined
  #unknown = 0

  insert(filter: string, value: A): void {
    this.#trie.insert(filter, value)
    this.#forget()
  }

  remove(filter: string): void {
    this.#trie.remove(filter)
    this.#forget()
  }

  /** The values of all filters that cover the topic. */
  match(topic: string): ReadonlyArray<A> {
    const known = this.#known?.get(topic)
    if (known !== undefined) return known
    const found = this.#trie.match(topic)
    if (topic.length <= mostCharacters && found.length <= mostFilters) this.#remember(topic, found)
    return found
  }

  #remember(topic: string, found: ReadonlyArray<A>): void {
    this.#known ??= new Map()
    // A copy has no room for more, of which an array that was filled one by one has plenty.
    if (this.#known.size < mostTopics) this.#known.set(topic, found.slice())
    else if (++this.#unknown === mostUnknown) this.#forget()
  }

  /** All at once: a map that goes on keeps its old tables, and what they hold, until a full collection. */
  #forget(): void {
    this.#known = undefined
    this.#unknown = 0
  }
}
