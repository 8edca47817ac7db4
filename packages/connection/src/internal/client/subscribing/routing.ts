/**
 * Which streams a message is for. MQTT 5 servers name the subscriptions that a message answers
 * [5 §3.8.2.1.2], with one copy for all of them or one for each; either way each stream gets one. Without
 * identifiers the topic decides, and of several copies nobody knows which filter they were sent for.
 */
import type { Message } from "../../../Message.ts"
import type { Entry, Member } from "./entry.ts"
import { RecentTopics } from "./recentTopics.ts"

export interface Routing {
  readonly get: (filter: string) => Entry | undefined
  readonly all: () => ReadonlyArray<Entry>
  readonly size: () => number
  readonly nextIdentifier: () => number
  readonly add: (entry: Entry) => void
  readonly remove: (entry: Entry) => void
  /** From now on a message with its old identifier is for nobody. */
  readonly renew: (entry: Entry) => void
  /**
   * `undefined` if this client has never asked for it. One that comes again is for whom its topic says if the
   * subscription that it names is gone: somebody has left it behind.
   */
  readonly recipients: (message: Message, comesAgain: boolean) => ReadonlySet<Member> | undefined
}

const highestIdentifier = 268_435_455
const nobody: ReadonlySet<Member> = new Set()

export const make = (lastIdentifier = 0): Routing => {
  const entries = new Map<string, Entry>()
  const byIdentifier = new Map<number, Entry>()
  const topics = new RecentTopics<Entry>()
  let last = lastIdentifier
  let hasWrapped = false

  const nextIdentifier = () => {
    do {
      if (last >= highestIdentifier) hasWrapped = true
      last = last >= highestIdentifier ? 1 : last + 1
    } while (byIdentifier.has(last))
    return last
  }

  /**
   * What is retained at the server carries the flag only in answer to a SUBSCRIBE, and is for those who
   * caused it; unless the subscription asks for the flag as it was published [MQTT-3.3.1-12].
   */
  const membersFor = (entry: Entry, message: Message): ReadonlySet<Member> =>
    message.retain && !entry.request.retainAsPublished ? entry.replayTo : entry.members

  const union = (found: ReadonlyArray<Entry>, message: Message): ReadonlySet<Member> => {
    if (found.length === 1) return membersFor(found[0], message)
    const members = new Set<Member>()
    for (const entry of found) for (const member of membersFor(entry, message)) members.add(member)
    return members
  }

  const named = (identifiers: ReadonlyArray<number>): ReadonlyArray<Entry> => {
    const found: Array<Entry> = []
    for (const identifier of identifiers) {
      const entry = byIdentifier.get(identifier)
      if (entry !== undefined) found.push(entry)
    }
    return found
  }

  /** Given out by this run to a subscription that is gone; how one of an earlier run has ended is not known. */
  const isGone = (identifier: number) => hasWrapped || (identifier > lastIdentifier && identifier <= last)

  const isInherited = ({ isInherited, members }: Entry) => isInherited && members.size === 0

  return {
    get: (filter) => entries.get(filter),
    all: () => [...entries.values()],
    size: () => entries.size,
    nextIdentifier,
    add: (entry) => {
      entries.set(entry.request.filter, entry)
      byIdentifier.set(entry.identifier, entry)
      topics.insert(entry.request.filter, entry)
    },
    remove: (entry) => {
      entries.delete(entry.request.filter)
      byIdentifier.delete(entry.identifier)
      topics.remove(entry.request.filter)
    },
    renew: (entry) => {
      byIdentifier.delete(entry.identifier)
      entry.identifier = nextIdentifier()
      byIdentifier.set(entry.identifier, entry)
    },
    recipients: (message, comesAgain) => {
      const identifiers = message.properties?.subscriptionIdentifiers
      if (identifiers?.length === 1) {
        const entry = byIdentifier.get(identifiers[0])
        if (entry !== undefined && !entry.isInherited) return membersFor(entry, message)
      }
      const byName = identifiers === undefined ? [] : named(identifiers)
      if (byName.length === 0 && !comesAgain && identifiers?.some(isGone) === true) return nobody
      const found = byName.length === 0 ? topics.match(message.topic) : byName
      return found.every(isInherited) ? undefined : union(found, message)
    }
  }
}
