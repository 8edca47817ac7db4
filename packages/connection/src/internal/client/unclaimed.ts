/**
 * QoS 1 and 2 messages that no subscription of this client accounts for: a server may send them by
 * itself, or before the program has opened the stream for them. They wait unacknowledged, so Receive
 * Maximum bounds them, for a stream to appear; after their time they are acknowledged and counted.
 */
import { Topic } from "@effect-mqtt/codec"
import type { Message } from "../../Message.ts"
import type { Pending, Session } from "../../Session.ts"
import type { Notify } from "./notices.ts"

export interface Held {
  readonly message: Message
  readonly pending: Pending
  readonly due: number
}

export interface Unclaimed {
  readonly hold: (now: number, message: Message, pending: Pending) => void
  /** Takes what one of the filters covers, in the order of arrival. */
  readonly claim: (filters: ReadonlyArray<string>) => ReadonlyArray<Held>
  readonly deadline: () => number
  readonly tick: (now: number) => void
  readonly linkLost: () => void
}

export const make = (session: Session, timeout: number, notify: Notify): Unclaimed => {
  /** In the order of arrival, so of their due times too. */
  let held: Array<Held> = []

  const giveUp = (pending: Pending) => {
    notify({ _tag: "Dropped", cause: "Unclaimed", filters: [], count: 1 })
    session.accept(pending)
  }

  return {
    hold: (now, message, pending) => {
      if (timeout === 0) giveUp(pending)
      else held.push({ message, pending, due: now + timeout })
    },
    claim: (filters) => {
      if (held.length === 0) return held
      const claimed: Array<Held> = []
      const others: Array<Held> = []
      for (const one of held) {
        const isWanted = filters.some((filter) => Topic.matches(filter, one.message.topic))
        if (isWanted) claimed.push(one)
        else others.push(one)
      }
      held = others
      return claimed
    },
    deadline: () => held.length === 0 ? Infinity : held[0].due,
    tick: (now) => {
      if (held.length === 0 || held[0].due > now) return
      const due = held.filter((one) => one.due <= now)
      held = held.slice(due.length)
      for (const { pending } of due) giveUp(pending)
    },
    // The server sends QoS 1 messages again; a QoS 2 message stays, and its second copy is recognised.
    linkLost: () => {
      held = held.filter(({ pending }) => pending.qos === 2)
    }
  }
}
