import * as TopicTrie from "@effect-mqtt/codec/TopicTrie"
import type { Session, Subscription } from "./session.ts"

/** All subscriptions of all sessions, found by topic. */
export class Router {
  /** One entry for each distinct filter, whoever is subscribed to it. */
  private readonly trie = TopicTrie.make<Map<Session, Subscription>>()

  /** Replaces what the session had under this filter. */
  set(subscription: Subscription): void {
    const subscribers = this.trie.get(subscription.filter)
    if (subscribers === undefined) {
      this.trie.insert(subscription.filter, new Map([[subscription.session, subscription]]))
    } else {
      subscribers.set(subscription.session, subscription)
    }
  }

  remove({ filter, session }: Subscription): void {
    const subscribers = this.trie.get(filter)
    if (subscribers === undefined) return
    subscribers.delete(session)
    if (subscribers.size === 0) this.trie.remove(filter)
  }

  match(topic: string): ReadonlyArray<ReadonlyMap<Session, Subscription>> {
    return this.trie.match(topic)
  }
}
