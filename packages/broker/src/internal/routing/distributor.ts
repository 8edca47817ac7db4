import type { Delivery, Message } from "../messages/message.ts"
import * as Reason from "../reason.ts"
import { Fifo } from "../sending/fifo.ts"
import type { Offered } from "../sending/outgoing.ts"
import { merge, toDelivery } from "../sessions/delivery.ts"
import type { Session } from "../sessions/session.ts"
import { SharedGroup } from "./shared.ts"
import type { Subscriptions } from "./subscriptions.ts"

/** Gives messages to the sessions that are subscribed to them. */
export class Distributor {
  /** Copies of messages that subscribers were given. */
  sent = 0
  /** Copies of messages that one subscriber did not get. */
  dropped = 0
  private readonly subscriptions: Subscriptions
  /** Messages of shared subscriptions whose member has left. */
  private readonly orphans = new Fifo<Delivery>()

  constructor(subscriptions: Subscriptions) {
    this.subscriptions = subscriptions
  }

  /** Whether anybody is subscribed to it. */
  route(message: Message, now: number): boolean {
    const deliveries = new Map<Session, Delivery>()
    let isShared = false
    for (const subscribers of this.subscriptions.match(message.topic)) {
      if (subscribers instanceof SharedGroup) {
        isShared = true
        this.deal(subscribers, message, now)
        continue
      }
      for (const [session, subscription] of subscribers) {
        if (subscription.noLocal && message.publisher === session.clientId) continue
        const other = deliveries.get(session)
        const delivery = toDelivery(message, subscription, message.retain && subscription.retainAsPublished, false)
        deliveries.set(session, other === undefined ? delivery : merge(other, delivery))
      }
    }
    for (const [session, delivery] of deliveries) this.offer(session, delivery, now)
    return deliveries.size > 0 || isShared
  }

  offer(session: Session, delivery: Delivery, now: number): Offered {
    const offered = session.outgoing.offer(delivery, now)
    if (offered === "Accepted") this.sent++
    else this.dropped++
    // A client that is there and does not keep up has to go; one that is away misses the newest.
    if (offered === "Full") session.holder?.shed(Reason.quotaExceeded, now)
    return offered
  }

  /** What a member leaves behind waits for `deliverOrphan`. */
  adopt(deliveries: ReadonlyArray<Delivery>): void {
    for (const delivery of deliveries) this.orphans.push(delivery)
  }

  /** Gives the next message of a member that has left to another one; false when there is none. */
  deliverOrphan(now: number): boolean {
    const orphan = this.orphans.shift()
    if (orphan === undefined) return false
    const members = orphan.group === undefined ? undefined : this.subscriptions.get(orphan.group)
    if (members instanceof SharedGroup) this.deal(members, orphan.message, now)
    else this.dropped++
    return true
  }

  /** To one member, on its own terms [MQTT-4.8.2-3]: nobody has to go because all are behind. */
  private deal(group: SharedGroup, message: Message, now: number): void {
    const member = group.choose(message)
    if (member === undefined) {
      this.dropped++
      return
    }
    const retain = message.retain && member.retainAsPublished
    this.offer(member.session, toDelivery(message, member, retain, false), now)
  }
}
