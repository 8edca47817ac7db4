import * as TopicTrie from "@effect-mqtt/codec/TopicTrie"
import type { Session, Subscription } from "../sessions/session.ts"
import { SharedGroup } from "./shared.ts"

/** Who gets the messages of one filter: every session that subscribed to it, or one member of a group. */
export type Subscribers = Map<Session, Subscription> | SharedGroup

/** All subscriptions of all sessions, found by topic. */
export class Router {
  /** One entry for each distinct filter, whoever is subscribed to it. */
  private readonly trie = TopicTrie.make<Subscribers>()

  /** Replaces what the session had under this filter. */
  set(subscription: Subscription): void {
    let subscribers = this.trie.get(subscription.filter)
    if (subscribers === undefined) {
      subscribers = subscription.isShared ? new SharedGroup() : new Map<Session, Subscription>()
      this.trie.insert(subscription.filter, subscribers)
    }
    if (subscribers instanceof SharedGroup) subscribers.set(subscription)
    else subscribers.set(subscription.session, subscription)
  }

  remove({ filter, session }: Subscription): void {
    const subscribers = this.trie.get(filter)
    if (subscribers === undefined) return
    subscribers.delete(session)
    if (subscribers instanceof SharedGroup ? subscribers.isEmpty : subscribers.size === 0) this.trie.remove(filter)
  }

  get(filter: string): Subscribers | undefined {
    return this.trie.get(filter)
  }

  match(topic: string): ReadonlyArray<Subscribers> {
    return this.trie.match(topic)
  }
}
