/**
 * The identifiers of incoming QoS 2 messages that are acknowledged and not released [5 §4.3.3]: what
 * tells a duplicate, so it has to be sure before the server hears of it, and gone for sure before the
 * server may use the identifier again [MQTT-4.3.3-12].
 */
import type { Persistence } from "./persistence.ts"
import * as records from "./records.ts"

export interface ReceivedIds {
  readonly has: (id: number) => boolean
  /** Whether a restart would find it. */
  readonly isSure: (id: number) => boolean
  /** Answers when the identifier is sure, unless the session was lost meanwhile. */
  readonly add: (now: number, id: number, answer: () => void) => void
  /** Answers when the identifier is gone for sure; not if the link that asked is over, which asks again. */
  readonly remove: (now: number, id: number, answer: () => void) => void
  readonly linkLost: () => void
  readonly clear: (now: number) => void
}

/** Kept in memory: everything is sure at once. */
export const inMemory = (): ReceivedIds => {
  const ids = new Set<number>()
  return {
    has: (id) => ids.has(id),
    isSure: () => true,
    add: (_, id, answer) => {
      ids.add(id)
      answer()
    },
    remove: (_, id, answer) => {
      ids.delete(id)
      answer()
    },
    linkLost: () => {},
    clear: () => ids.clear()
  }
}

interface Received {
  isStored: boolean
  /** Who waits for the removal; present while it is under way. */
  removal: { answer: (() => void) | undefined } | undefined
}

export const stored = (persistence: Persistence, restored: ReadonlyArray<number>): ReceivedIds => {
  const ids = new Map<number, Received>()
  for (const id of restored) ids.set(id, { isStored: true, removal: undefined })
  return {
    has: (id) => ids.has(id),
    isSure: (id) => ids.get(id)?.isStored === true,
    add: (now, id, answer) => {
      const received: Received = { isStored: false, removal: undefined }
      ids.set(id, received)
      persistence.append(now, [records.putReceived(id)], () => {
        received.isStored = true
        if (ids.get(id) === received) answer()
      })
    },
    remove: (now, id, answer) => {
      const received = ids.get(id)
      if (received === undefined) return answer()
      if (received.removal !== undefined) {
        received.removal.answer = answer
        return
      }
      const removal: { answer: (() => void) | undefined } = { answer }
      received.removal = removal
      persistence.append(now, [records.remove(records.receivedKey(id))], () => {
        if (ids.get(id) !== received) return
        ids.delete(id)
        removal.answer?.()
      })
    },
    linkLost: () => {
      for (const { removal } of ids.values()) if (removal !== undefined) removal.answer = undefined
    },
    clear: (now) => {
      persistence.append(now, Array.from(ids.keys(), (id) => records.remove(records.receivedKey(id))))
      ids.clear()
    }
  }
}
