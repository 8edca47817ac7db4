/**
 * Finds streams whose consumer has been doing nothing for a while, and by that keeps others from
 * getting more: it fills the read-ahead, or holds the message that the server wants acknowledged first.
 * It looks now and then instead of at every message.
 */
import type { FlowControl } from "./flowControl.ts"
import type { Subscriber } from "./subscriber.ts"

export interface Watched {
  readonly subscriber: Pick<Subscriber<never>, "stalledSince" | "isBlocking">
  readonly filters: ReadonlyArray<string>
}

export interface SlowConsumers {
  /** Messages came in: from now on there is something to look at. */
  readonly watch: () => void
  readonly deadline: () => number
  readonly tick: (now: number) => void
}

/** When a consumer is slow, in milliseconds. */
export const slowTime = 5000

export const make = (flow: FlowControl, streams: () => Iterable<Watched>): SlowConsumers => {
  let nextLook = Infinity
  /** Since when those have been standing still of which was told. */
  const told = new WeakMap<object, number>()
  return {
    watch: () => {
      if (nextLook === Infinity) nextLook = flow.now() + slowTime
    },
    deadline: () => nextLook,
    tick: (now) => {
      if (now < nextLook) return
      nextLook = Infinity
      for (const { filters, subscriber } of streams()) {
        const since = subscriber.stalledSince()
        if (since === undefined) continue
        const due = since + slowTime
        if (due > now) {
          nextLook = Math.min(nextLook, due)
          continue
        }
        nextLook = Math.min(nextLook, now + slowTime)
        if (told.get(subscriber) === since || !subscriber.isBlocking()) continue
        told.set(subscriber, since)
        flow.notify({ _tag: "SlowConsumer", filters, millis: now - since })
      }
    }
  }
}
