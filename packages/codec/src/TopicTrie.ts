/**
 * Values by topic filter, found by topic.
 *
 * @since 0.1.0
 */
import { toShared } from "./Topic.ts"

/**
 * A map from topic filters to values that finds the filters covering a topic. The cost of a search depends on the levels
 * of the topic and on the filters that could still match, not on how many filters there are. There is no recursion, and
 * neither code nor object keys are made from topics: whatever a peer makes up costs no more than its own length.
 *
 * @since 0.1.0
 * @category models
 */
export interface TopicTrie<A> {
  /** How many filters there are. */
  readonly size: number
  /** The value of exactly this filter. */
  readonly get: (filter: string) => A | undefined
  /** Sets the value of a filter; gives the one it replaces. The filter is assumed to be valid: see `Topic.isFilter`. */
  readonly insert: (filter: string, value: A) => A | undefined
  /** Forgets a filter; gives its value. */
  readonly remove: (filter: string) => A | undefined
  /**
   * The values of all filters that cover a topic, by the rules of `Topic.matches`: each filter once, a shared
   * subscription by the part behind its group. In no particular order.
   */
  readonly match: (topic: string) => Array<A>
}

/** The value of a filter, boxed so that `undefined` can be one. */
interface Slot<A> {
  readonly value: A
}

interface Node<A> {
  children: Map<string, Node<A>> | undefined
  /** The child for `+`. */
  any: Node<A> | undefined
  /** The values of the filter that ends here, and of the one that goes on with `#` and ends. */
  exact: Values<A> | undefined
  below: Values<A> | undefined
}

/** The values of one path: of the filter itself under the empty name, and of each share group of it. */
type Values<A> = Map<string, Slot<A>>

const emptyNode = <A>(): Node<A> => ({ children: undefined, any: undefined, exact: undefined, below: undefined })

const isUnused = <A>(node: Node<A>): boolean =>
  node.exact === undefined && node.below === undefined && node.any === undefined && node.children === undefined

const childAt = <A>(node: Node<A>, level: string): Node<A> | undefined =>
  level === "+" ? node.any : node.children?.get(level)

interface Path {
  readonly levels: Array<string>
  /** Which values of the last node it leads to. */
  readonly end: "exact" | "below"
  /** Empty where not shared. */
  readonly group: string
}

const parse = (filter: string): Path => {
  const shared = toShared(filter)
  const levels = (shared?.filter ?? filter).split("/")
  const open = levels[levels.length - 1] === "#"
  if (open) levels.pop()
  return { levels, end: open ? "below" : "exact", group: shared?.group ?? "" }
}

/**
 * A level as text of its own. V8 keeps a part of 13 units or more as a view on the whole filter, and the level may stay when
 * that filter is long gone: 60 kB for a node, if a peer is out for it.
 */
const ownText = (level: string): string => level.length < 13 ? level : ` ${level}`.slice(1)

const collect = <A>(values: Values<A> | undefined, found: Array<A>): void => {
  if (values === undefined) return
  for (const slot of values.values()) found.push(slot.value)
}

class Trie<A> implements TopicTrie<A> {
  #root: Node<A> = emptyNode()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(filter: string): A | undefined {
    const { end, group, levels } = parse(filter)
    let node: Node<A> | undefined = this.#root
    for (const level of levels) {
      if (node === undefined) return undefined
      node = childAt(node, level)
    }
    return node?.[end]?.get(group)?.value
  }

  insert(filter: string, value: A): A | undefined {
    const { end, group, levels } = parse(filter)
    let node = this.#root
    for (const level of levels) {
      let next = childAt(node, level)
      if (next === undefined) {
        next = emptyNode()
        if (level === "+") node.any = next
        else (node.children ??= new Map()).set(ownText(level), next)
      }
      node = next
    }
    const values = node[end] ??= new Map<string, Slot<A>>()
    const previous = values.get(group)
    values.set(group, { value })
    if (previous === undefined) this.#size++
    return previous?.value
  }

  remove(filter: string): A | undefined {
    const { end, group, levels } = parse(filter)
    const path = [this.#root]
    for (const level of levels) {
      const next = childAt(path[path.length - 1], level) // the path is never empty
      if (next === undefined) return undefined
      path.push(next)
    }
    const node = path[path.length - 1] // the path is never empty
    const values = node[end]
    const slot = values?.get(group)
    if (values === undefined || slot === undefined) return undefined
    values.delete(group)
    this.#size--
    if (values.size > 0) return slot.value
    node[end] = undefined
    this.#prune(path, levels)
    return slot.value
  }

  match(topic: string): Array<A> {
    const found: Array<A> = []
    let active = [this.#root]
    // A wildcard in the first level covers no topic that begins with $ [MQTT-4.7.2-1].
    let wildcards = topic.charCodeAt(0) !== 0x24
    let start = 0
    while (active.length > 0) {
      const slash = topic.indexOf("/", start)
      const end = slash === -1 ? topic.length : slash
      const level = topic.slice(start, end)
      const next: Array<Node<A>> = []
      for (const node of active) {
        if (wildcards) {
          collect(node.below, found)
          if (node.any !== undefined) next.push(node.any)
        }
        const child = node.children?.get(level)
        if (child !== undefined) next.push(child)
      }
      active = next
      wildcards = true
      if (slash === -1) break
      start = end + 1
    }
    for (const node of active) {
      collect(node.exact, found)
      // "a/#" covers "a" itself (section 4.7.1.2).
      collect(node.below, found)
    }
    return found
  }

  /** Drops the nodes that lead nowhere any more. */
  #prune(path: ReadonlyArray<Node<A>>, levels: ReadonlyArray<string>): void {
    for (let depth = levels.length; depth > 0; depth--) {
      if (!isUnused(path[depth])) return // one node more than levels
      const parent = path[depth - 1] // one node more than levels
      const level = levels[depth - 1] // below the length
      if (level === "+") parent.any = undefined
      else if (parent.children?.delete(level) === true && parent.children.size === 0) parent.children = undefined
    }
  }
}

/**
 * Makes an empty trie.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import { TopicTrie } from "@effect-mqtt/codec"
 *
 * const trie = TopicTrie.make<string>()
 * trie.insert("home/+/temperature", "thermometers")
 * trie.insert("home/#", "everything")
 * console.log(trie.match("home/kitchen/temperature")) // ["everything", "thermometers"]
 */
export const make = <A>(): TopicTrie<A> => new Trie<A>()
