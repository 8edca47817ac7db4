/**
 * QoS 1 and 2 messages that no stream accounts for: a server may send them by itself, or before the
 * program has opened the stream for them; or their stream failed and left them behind. They wait
 * unacknowledged, so Receive Maximum bounds them, for a stream to appear; after their time they go to
 * the dead-letter hook if there is one, are acknowledged and counted. While all hooks are at work they wait on, as many as
 * there are hooks: the oldest beyond that go without one.
 */
import * as Topic from "@effect-mqtt/codec/Topic"
import type { DeadLetters } from "./deadLetters.ts"
import type { Delivery } from "./delivery.ts"
import type { FlowControl } from "./flowControl.ts"

interface Held {
  readonly delivery: Delivery
  readonly due: number
}

export interface Unclaimed {
  readonly hold: (delivery: Delivery) => void
  /** Takes what one of the filters covers, in the order of arrival. */
  readonly claim: (filters: ReadonlyArray<string>) => ReadonlyArray<Delivery>
  /** Takes this one, if it still waits. */
  readonly withdraw: (delivery: Delivery) => boolean
  readonly all: () => ReadonlyArray<Delivery>
  readonly deadline: () => number
  readonly tick: (now: number) => void
  /** A new link: the server sends QoS 1 messages of the last one again, unless it has lost the session. */
  readonly resumed: (sessionPresent: boolean) => void
  readonly clear: () => void
  readonly size: () => number
}

export const make = (flow: FlowControl, timeout: number, deadLetters: DeadLetters | undefined): Unclaimed => {
  /** In the order of their due times. */
  let held: Array<Held> = []

  const giveUp = (delivery: Delivery) => {
    flow.notify({ _tag: "Dropped", cause: "Unclaimed", filters: [], count: 1 })
    if (deadLetters === undefined || deadLetters.isFull()) flow.settle(delivery, 0)
    else deadLetters.take(delivery.message, flow.notify, () => flow.pass(() => flow.settle(delivery, 0)))
  }

  const mustWait = () => deadLetters !== undefined && deadLetters.isFull() && held.length <= deadLetters.most

  const giveUpDue = (now: number) => {
    while (held.length > 0 && held[0].due <= now && !mustWait()) {
      const [{ delivery }] = held
      held.shift()
      giveUp(delivery)
    }
  }

  return {
    hold: (delivery) => {
      held.push({ delivery, due: flow.now() + timeout })
      if (timeout === 0) giveUpDue(flow.now())
    },
    claim: (filters) => {
      if (held.length === 0) return []
      const isWanted = ({ delivery }: Held) => filters.some((filter) => Topic.matches(filter, delivery.message.topic))
      const claimed = held.filter(isWanted)
      held = held.filter((one) => !isWanted(one))
      return claimed.map(({ delivery }) => delivery)
    },
    withdraw: (delivery) => {
      const index = held.findIndex((one) => one.delivery === delivery)
      if (index >= 0) held.splice(index, 1)
      return index >= 0
    },
    all: () => held.map(({ delivery }) => delivery),
    // A hook that is over has everything looked at again.
    deadline: () => mustWait() ? Infinity : held[0]?.due ?? Infinity,
    tick: giveUpDue,
    resumed: (sessionPresent) => {
      if (sessionPresent) held = held.filter(({ delivery }) => delivery.pending?.qos === 2)
    },
    clear: () => {
      held = []
    },
    size: () => held.length
  }
}
