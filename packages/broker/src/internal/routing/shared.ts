import * as QoS from "@effect-mqtt/codec/QoS"
import type { Message } from "../messages/message.ts"
import type { Readiness } from "../sending/outgoing.ts"
import type { Session, Subscription } from "../sessions/session.ts"

/** One shared subscription: each message goes to one of its members (MQTT 5 section 4.8.2). */
export class SharedGroup {
  /** Members that are connected, and those that are away. */
  private readonly present = new Turns()
  private readonly absent = new Turns()

  get isEmpty(): boolean {
    return this.present.isEmpty && this.absent.isEmpty
  }

  /** Replaces what the session had; also called when it comes or goes. */
  set(subscription: Subscription): void {
    const isPresent = subscription.session.holder !== undefined
    ;(isPresent ? this.absent : this.present).delete(subscription.session)
    ;(isPresent ? this.present : this.absent).set(subscription)
  }

  delete(session: Session): void {
    this.present.delete(session)
    this.absent.delete(session)
  }

  /**
   * The members take turns. One that has no room yet is passed over while another has some, and one that is away gets a
   * message only when nobody else has room. None if there is no room with any of them.
   */
  choose(message: Message): Subscription | undefined {
    return this.present.choose(message, "Now") ?? this.absent.choose(message, "Away")
  }
}

class Turns {
  private readonly members: Array<Subscription> = []
  /** Where in the array each is: groups may be large, and all of their members come and go. */
  private readonly places = new Map<Session, number>()
  /** Those before it have had their turn. */
  private turn = 0

  get isEmpty(): boolean {
    return this.members.length === 0
  }

  set(subscription: Subscription): void {
    this.put(subscription, this.places.get(subscription.session) ?? this.members.length)
  }

  delete(session: Session): void {
    let place = this.places.get(session)
    if (place === undefined) return
    this.places.delete(session)
    const previous = this.members[this.turn - 1]
    if (place < this.turn && previous !== undefined) {
      // The one that had the last turn takes the free place, so that the one moved from the end still gets its turn.
      this.turn--
      if (place < this.turn) this.put(previous, place)
      place = this.turn
    }
    const last = this.members.pop()
    if (last !== undefined && place < this.members.length) this.put(last, place)
  }

  /** The next one that is as ready as this, else the next one that has room at all. */
  choose(message: Message, best: Readiness): Subscription | undefined {
    const { members } = this
    let found = -1
    for (let step = 0; step < members.length; step++) {
      if (step >= mostAsked && found !== -1) break
      const index = (this.turn + step) % members.length
      const member = members[index]
      if (member === undefined) continue
      const readiness = member.session.outgoing.readiness(QoS.min(message.qos, member.qos), message.bytes)
      if (readiness === "Never" || (found !== -1 && readiness !== best)) continue
      found = index
      if (readiness === best) break
    }
    if (found !== -1) this.turn = found + 1
    return members[found]
  }

  private put(subscription: Subscription, place: number): void {
    this.members[place] = subscription
    this.places.set(subscription.session, place)
  }
}

/** How many members are asked for one that can send at once, where one is found that can send later. */
const mostAsked = 64
