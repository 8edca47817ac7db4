import * as QoS from "@effect-mqtt/codec/QoS"
import type { Message } from "./message.ts"
import type { Session, Subscription } from "./session.ts"

/** One shared subscription: each message goes to one of its members (MQTT 5 section 4.8.2). */
export class SharedGroup {
  private readonly members: Array<Subscription> = []
  private turn = 0

  get isEmpty(): boolean {
    return this.members.length === 0
  }

  /** Replaces what the session had. */
  set(subscription: Subscription): void {
    const index = this.members.findIndex(({ session }) => session === subscription.session)
    if (index === -1) this.members.push(subscription)
    else this.members[index] = subscription
  }

  delete(session: Session): void {
    const index = this.members.findIndex((member) => member.session === session)
    if (index === -1) return
    this.members.splice(index, 1)
    if (index < this.turn) this.turn--
  }

  /**
   * The members take turns. Who has to wait for room is passed over while another has not, and who is away gets a
   * message only when nobody is there. None when the message would find no room with any of them.
   */
  choose(message: Message): Subscription | undefined {
    const { members } = this
    let best: Subscription | undefined
    let bestRank = ranks.Never
    let bestIndex = 0
    for (let step = 0; step < members.length && bestRank < ranks.Now; step++) {
      const index = (this.turn + step) % members.length
      const member = members[index]
      if (member === undefined) continue
      const rank = ranks[member.session.outgoing.readiness(QoS.min(message.qos, member.qos), message.bytes)]
      if (rank <= bestRank) continue
      best = member
      bestRank = rank
      bestIndex = index
    }
    if (best !== undefined) this.turn = bestIndex + 1
    return best
  }
}

const ranks = { Never: 0, Away: 1, Later: 2, Now: 3 }
