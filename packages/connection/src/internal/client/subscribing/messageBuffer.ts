/** What a stream holds: messages in the order of arrival, or the latest one of each topic. */
import type { Delivery } from "./delivery.ts"

export interface MessageBuffer {
  readonly size: () => number
  readonly bytes: () => number
  /** Gives what it has replaced. */
  readonly add: (delivery: Delivery) => Delivery | undefined
  /** Takes the message that has waited longest. */
  readonly takeFirst: () => Delivery | undefined
  readonly takeAll: () => Array<Delivery>
  /** Puts back what was taken, before everything else; gives what has been replaced meanwhile. */
  readonly putBack: (deliveries: ReadonlyArray<Delivery>) => ReadonlyArray<Delivery>
  /** Takes out those that are not to be kept. */
  readonly retain: (isKept: (delivery: Delivery) => boolean) => void
  readonly all: () => ReadonlyArray<Delivery>
}

const sum = (deliveries: Iterable<Delivery>): number => {
  let bytes = 0
  for (const delivery of deliveries) bytes += delivery.bytes
  return bytes
}

export const makeInOrder = (): MessageBuffer => {
  let queue: Array<Delivery> = []
  /** How many of them are taken: shifting a long array for each message would be slow. */
  let head = 0
  let bytes = 0
  const waiting = () => head === 0 ? queue : queue.slice(head)
  const reset = (next: Array<Delivery>) => {
    queue = next
    head = 0
    bytes = sum(next)
  }
  return {
    size: () => queue.length - head,
    bytes: () => bytes,
    add: (delivery) => {
      queue.push(delivery)
      bytes += delivery.bytes
      return undefined
    },
    takeFirst: () => {
      const first = queue[head]
      if (first === undefined) return undefined
      head++
      bytes -= first.bytes
      if (head > queue.length / 2) {
        queue = queue.slice(head)
        head = 0
      }
      return first
    },
    takeAll: () => {
      const taken = waiting()
      queue = []
      head = 0
      bytes = 0
      return taken
    },
    putBack: (deliveries) => {
      reset([...deliveries, ...waiting()])
      return []
    },
    retain: (isKept) => reset(waiting().filter(isKept)),
    all: waiting
  }
}

export const makeLatestPerTopic = (): MessageBuffer => {
  // A map keeps the order in which its keys came.
  let byTopic = new Map<string, Delivery>()
  let bytes = 0
  const take = (topic: string): Delivery | undefined => {
    const present = byTopic.get(topic)
    if (present === undefined) return undefined
    byTopic.delete(topic)
    bytes -= present.bytes
    return present
  }
  return {
    size: () => byTopic.size,
    bytes: () => bytes,
    add: (delivery) => {
      const replaced = take(delivery.message.topic)
      byTopic.set(delivery.message.topic, delivery)
      bytes += delivery.bytes
      return replaced
    },
    takeFirst: () => {
      for (const topic of byTopic.keys()) return take(topic)
      return undefined
    },
    takeAll: () => {
      const taken = [...byTopic.values()]
      byTopic = new Map()
      bytes = 0
      return taken
    },
    putBack: (deliveries) => {
      const next = new Map<string, Delivery>()
      const replaced: Array<Delivery> = []
      for (const delivery of [...deliveries, ...byTopic.values()]) {
        const { topic } = delivery.message
        const older = next.get(topic)
        if (older !== undefined) replaced.push(older)
        next.delete(topic)
        next.set(topic, delivery)
      }
      byTopic = next
      bytes = sum(next.values())
      return replaced
    },
    retain: (isKept) => {
      byTopic = new Map([...byTopic].filter(([, delivery]) => isKept(delivery)))
      bytes = sum(byTopic.values())
    },
    all: () => [...byTopic.values()]
  }
}
