import type { Message } from "../messages/message.ts"
import { isExpired, keep } from "../messages/message.ts"

interface Node {
  readonly children: Map<string, Node>
  message: Message | undefined
}

/** What a level of a topic costs that no other topic shares. */
const levelCost = 256

/** As text of its own: a part of a topic keeps the whole of it in memory, even when that topic is long gone. */
const ownText = (level: string): string => ` ${level}`.slice(1)

const chargeOf = ({ bytes, topic }: Message): number => bytes + levelCost * topic.split("/").length

const makeNode = (): Node => ({ children: new Map(), message: undefined })

/** The last retained message of each topic, in a tree of topic levels, bounded by number and bytes. */
export class Retained {
  count = 0
  bytes = 0
  private root = makeNode()
  private soonestExpiry = Infinity
  private readonly maxMessages: number
  private readonly maxBytes: number

  constructor(maxMessages: number, maxBytes: number) {
    this.maxMessages = maxMessages
    this.maxBytes = maxBytes
  }

  /** Whether the message can be kept; an empty payload always can, since it removes [MQTT-3.3.1-6]. */
  hasRoom(message: Message, now: number): boolean {
    if (message.payload.length === 0) return true
    if (this.soonestExpiry <= now) this.sweep(now)
    const old = this.find(message.topic)?.message
    return this.count + (old === undefined ? 1 : 0) <= this.maxMessages &&
      this.bytes - (old === undefined ? 0 : chargeOf(old)) + chargeOf(message) <= this.maxBytes
  }

  /** Replaces what the topic had [MQTT-3.3.1-5]; an empty payload removes it [MQTT-3.3.1-7]. */
  set(message: Message): void {
    if (message.payload.length === 0) return this.remove(message.topic)
    let node = this.root
    for (const level of message.topic.split("/")) {
      let child = node.children.get(level)
      if (child === undefined) {
        child = makeNode()
        node.children.set(ownText(level), child)
      }
      node = child
    }
    this.count += node.message === undefined ? 1 : 0
    this.bytes += chargeOf(message) - (node.message === undefined ? 0 : chargeOf(node.message))
    keep(message)
    node.message = message
    this.soonestExpiry = Math.min(this.soonestExpiry, message.expiresAt)
  }

  match(filter: string, now: number): ReadonlyArray<Message> {
    if (this.soonestExpiry <= now) this.sweep(now)
    const found: Array<Message> = []
    collect(this.root, filter.split("/"), 0, found)
    return found
  }

  private find(topic: string): Node | undefined {
    let node: Node | undefined = this.root
    for (const level of topic.split("/")) {
      node = node.children.get(level)
      if (node === undefined) return undefined
    }
    return node
  }

  private remove(topic: string): void {
    const path: Array<readonly [Node, string]> = []
    let node = this.root
    for (const level of topic.split("/")) {
      const child = node.children.get(level)
      if (child === undefined) return
      path.push([node, level])
      node = child
    }
    if (node.message === undefined) return
    this.count--
    this.bytes -= chargeOf(node.message)
    node.message = undefined
    for (const [parent, level] of path.reverse()) {
      const child = parent.children.get(level)
      if (child === undefined || child.message !== undefined || child.children.size > 0) return
      parent.children.delete(level)
    }
  }

  private sweep(now: number): void {
    const all: Array<Message> = []
    collectAll(this.root, all)
    this.soonestExpiry = Infinity
    for (const message of all) {
      if (isExpired(message, now)) this.remove(message.topic)
      else this.soonestExpiry = Math.min(this.soonestExpiry, message.expiresAt)
    }
  }
}

/** Recursion is as deep as the topic has levels, which is bounded on the way in. */
const collect = (node: Node, levels: ReadonlyArray<string>, depth: number, found: Array<Message>): void => {
  const level = levels[depth]
  if (level === undefined) {
    if (node.message !== undefined) found.push(node.message)
  } else if (level === "#") {
    if (depth > 0) return collectAll(node, found)
    for (const [name, child] of node.children) if (isPlain(name)) collectAll(child, found)
  } else if (level === "+") {
    for (const [name, child] of node.children) {
      if (depth > 0 || isPlain(name)) collect(child, levels, depth + 1, found)
    }
  } else {
    const child = node.children.get(level)
    if (child !== undefined) collect(child, levels, depth + 1, found)
  }
}

/** A leading wildcard does not cover topics that begin with $ [MQTT-4.7.2-1]. */
const isPlain = (firstLevel: string): boolean => !firstLevel.startsWith("$")

const collectAll = (node: Node, found: Array<Message>): void => {
  if (node.message !== undefined) found.push(node.message)
  for (const child of node.children.values()) collectAll(child, found)
}
