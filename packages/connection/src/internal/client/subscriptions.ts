/**
 * The registry of subscriptions: one entry per distinct filter, shared by every stream that asked
 * for it, so that the broker sees one subscription and each stream gets its own copy.
 *
 * An entry outlives the link. Whatever was in flight when the link dropped is `uncertain` and is
 * settled again after the next CONNACK.
 */
import type { QoS } from "@effect-mqtt/codec"
import { TopicTrie } from "@effect-mqtt/codec"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Message } from "../../Message.ts"
import { SubscribeError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { OperationOutcome } from "../../Session.ts"
import type { Consumer, MakeConsumer } from "./engine.ts"
import type { Granted, Request } from "./requests.ts"
import * as requests from "./requests.ts"
import type { Bounds, Delivery, Subscriber } from "./subscriber.ts"
import * as subscribers from "./subscriber.ts"
import * as unclaimeds from "./unclaimed.ts"

/** One stream, in every filter that it asked for. */
interface Member {
  readonly subscriber: Subscriber<SubscribeError>
  readonly filters: ReadonlyArray<string>
  /** A filter was refused, which ends the stream as a whole. */
  isRefused: boolean
}

export type GrantListener = (filter: string, granted: Granted) => void

export interface Membership {
  readonly messages: Stream.Stream<Message, SubscribeError>
  /** Leaves every filter; calls back when the server has confirmed what had to be unsubscribed. */
  readonly leave: (onLeft: () => void) => void
}

export interface Subscriptions extends Consumer {
  /** The listener hears once per filter, when the server has answered or the filter was refused. */
  readonly join: (requests: ReadonlyArray<Request>, listener: GrantListener) => Membership
  /** Ends every stream, or fails it; whoever still waits for an answer gets the error either way. */
  readonly endAll: (toError: (filter: string) => SubscribeError, how: "end" | "fail") => void
  readonly size: () => number
}

/** `uncertain`: a SUBSCRIBE or UNSUBSCRIBE was in flight when the link dropped. */
type State = "absent" | "subscribing" | "active" | "unsubscribing" | "uncertain"

interface Waiting {
  readonly member: Member
  readonly listener: GrantListener
}

interface Entry {
  request: Request
  /** What the server has granted, while a SUBSCRIBE that asks for more is on its way. */
  confirmed: Request | undefined
  /** Counts SUBSCRIBEs and UNSUBSCRIBEs: the answer to any but the last one decides nothing. */
  operation: number
  readonly identifier: number
  state: State
  granted: QoS.QoS
  readonly members: Set<Member>
  listeners: Array<Waiting>
  /** Callers that wait for the UNSUBACK. */
  leaving: Array<() => void>
}

export const make = (
  settings: Bounds & { readonly consumerTimeout: number }
): MakeConsumer<Subscriptions> =>
(session, pump, isClosing, notify) => {
  const entries = new Map<string, Entry>()
  const byIdentifier = new Map<number, Entry>()
  const trie = TopicTrie.make<Entry>()
  const touched = new Set<Member>()
  let lastIdentifier = 0
  let link: Negotiated | undefined

  const shared = subscribers.makeShared(settings, session, pump, isClosing, notify)
  const unclaimed = unclaimeds.make(session, settings.consumerTimeout, notify)

  const add = (request: Request): Entry => {
    const entry: Entry = {
      request,
      confirmed: undefined,
      operation: 0,
      identifier: ++lastIdentifier,
      state: "absent",
      granted: 0,
      members: new Set(),
      listeners: [],
      leaving: []
    }
    entries.set(request.filter, entry)
    byIdentifier.set(entry.identifier, entry)
    trie.insert(request.filter, entry)
    return entry
  }

  const remove = (entry: Entry) => {
    entry.state = "absent"
    entry.operation++
    entries.delete(entry.request.filter)
    byIdentifier.delete(entry.identifier)
    trie.remove(entry.request.filter)
    left(entry)
  }

  const left = (entry: Entry) => {
    const { leaving } = entry
    entry.leaving = []
    for (const onLeft of leaving) onLeft()
  }

  const answer = (entry: Entry, granted: Granted) => {
    const { listeners } = entry
    entry.listeners = []
    for (const { listener } of listeners) listener(entry.request.filter, granted)
  }

  const reject = (entry: Entry, error: SubscribeError) => {
    const { confirmed } = entry
    const refused = new Set(confirmed === undefined ? entry.members : entry.listeners.map(({ member }) => member))
    for (const member of refused) entry.members.delete(member)
    if (confirmed === undefined) remove(entry)
    else {
      // Only the wish for more was refused: what the server had granted before goes on, if anybody wants it.
      entry.request = confirmed
      entry.state = "active"
      if (entry.members.size === 0) unsubscribe(entry)
    }
    answer(entry, Either.left(error))
    for (const member of refused) {
      member.isRefused = true
      member.subscriber.end(Option.some(error))
      // The stream is over: in its other filters it would only fill up.
      for (const filter of member.filters) leaveEntry(filter, member, () => {})
    }
  }

  const subscribe = (entry: Entry, negotiated: Negotiated, retainHandling: 0 | 1 | 2) => {
    const { request } = entry
    const operation = ++entry.operation
    entry.state = "subscribing"
    const problem = requests.refusedLocally(request, negotiated)
    if (problem !== undefined) return reject(entry, problem)
    const identifier = negotiated.subscriptionIdentifierAvailable ? entry.identifier : undefined
    session.subscribe(
      pump.now(),
      requests.toPacket([{ ...request, retainHandling }], negotiated, identifier),
      (outcome) => {
        if (entry.operation === operation) onSubscribed(entry, request, outcome)
      }
    )
  }

  const onSubscribed = (entry: Entry, request: Request, outcome: OperationOutcome) => {
    const { filter } = request
    if (outcome._tag === "LinkLost") {
      entry.state = "uncertain"
      return left(entry)
    }
    if (outcome._tag === "Invalid") {
      return reject(entry, new SubscribeError({ reason: "InvalidFilter", filter, cause: outcome.cause }))
    }
    const granted = requests.toGranted(filter, outcome.reasonCodes[0])
    if (Either.isLeft(granted)) return reject(entry, granted.left)
    entry.granted = granted.right
    entry.confirmed = request
    entry.state = "active"
    answer(entry, granted)
    if (entry.members.size === 0) unsubscribe(entry)
  }

  const unsubscribe = (entry: Entry) => {
    const operation = ++entry.operation
    entry.state = "unsubscribing"
    entry.confirmed = undefined
    session.unsubscribe(pump.now(), { _tag: "Unsubscribe", filters: [entry.request.filter] }, (outcome) => {
      // A stream may have joined meanwhile: its SUBSCRIBE is behind this UNSUBSCRIBE on the wire.
      if (entry.operation !== operation) return left(entry)
      if (outcome._tag === "LinkLost") {
        entry.state = "uncertain"
        left(entry)
      } else remove(entry)
    })
  }

  const joinEntry = (request: Request, member: Member, listener: GrantListener) => {
    const present = entries.get(request.filter)
    const entry = present ?? add(request)
    const combined = requests.combine(entry.request, request)
    const raised = present !== undefined && !requests.sameOptions(combined, entry.request)
    const live = entry.state === "active"
    entry.request = combined
    entry.members.add(member)
    if (live && !raised) return listener(request.filter, Either.right(entry.granted))
    entry.listeners.push({ member, listener })
    if (!session.isReady() || link === undefined) {
      if (live) entry.state = "uncertain"
      return
    }
    if (entry.state === "subscribing" && !raised) return
    // A live subscription that is only raised does not replay what was retained.
    subscribe(entry, link, live ? 2 : request.retainHandling)
  }

  const leaveEntry = (filter: string, member: Member, onLeft: () => void) => {
    const entry = entries.get(filter)
    if (entry === undefined || !entry.members.delete(member)) return onLeft()
    entry.listeners = entry.listeners.filter((waiting) => waiting.member !== member)
    if (entry.members.size > 0) return onLeft()
    if (session.isReady() && entry.state === "active") {
      entry.leaving.push(onLeft)
      return unsubscribe(entry)
    }
    if (entry.state === "absent") remove(entry)
    // Otherwise the SUBACK, or the next CONNACK, decides what the server has to be told; nobody waits for it.
    onLeft()
  }

  return {
    join: (wanted, listener) => {
      const subscriber = subscribers.make<SubscribeError>(shared)
      const filters = wanted.map(({ filter }) => filter)
      const member: Member = { subscriber, filters, isRefused: false }
      for (const request of wanted) if (!member.isRefused) joinEntry(request, member, listener)
      if (!member.isRefused) {
        for (const { message, pending } of unclaimed.claim(filters)) {
          subscriber.offer({ message, pending, remaining: 1 }, false)
        }
      }
      return {
        messages: subscriber.messages,
        leave: (onLeft) => {
          let waiting = filters.length
          for (const filter of filters) leaveEntry(filter, member, () => --waiting === 0 && onLeft())
          subscriber.discard()
        }
      }
    },
    // Asks the server for what is wanted and not known to be there.
    onConnected: (negotiated) => {
      link = negotiated
      for (const entry of [...entries.values()]) {
        const wanted = entry.members.size > 0
        if (!negotiated.sessionPresent) entry.confirmed = undefined
        if (!negotiated.sessionPresent || entry.state === "absent") {
          if (wanted) subscribe(entry, negotiated, entry.request.retainHandling)
          else remove(entry)
        } else if (!wanted) unsubscribe(entry)
        // A subscription that survived after all does not replay what was retained.
        else if (entry.state !== "active") subscribe(entry, negotiated, 1)
      }
    },
    onMessage: (message, pending) => {
      const members = new Set<Member>()
      const identifiers = message.properties?.subscriptionIdentifiers
      let isKnown = false
      if (identifiers === undefined) {
        for (const entry of trie.match(message.topic)) {
          isKnown = true
          entry.members.forEach((member) => members.add(member))
        }
      } else {
        for (const id of identifiers) {
          isKnown ||= id <= lastIdentifier
          byIdentifier.get(id)?.members.forEach((member) => members.add(member))
        }
      }
      if (members.size === 0) {
        if (pending === undefined) return
        // What was asked for and is not wanted any more has to be acknowledged all the same [MQTT-4.5.0-2].
        return isKnown ? session.accept(pending) : unclaimed.hold(pump.now(), message, pending)
      }
      const delivery: Delivery = { message, pending, remaining: members.size }
      const mayDrop = pump.mustRead()
      for (const member of members) {
        member.subscriber.offer(delivery, mayDrop)
        touched.add(member)
      }
    },
    flush: () => {
      if (touched.size === 0) return
      const members = [...touched]
      touched.clear()
      for (const { subscriber } of members) subscriber.flush()
    },
    mustPause: () => shared.parkedBytes >= settings.readAheadBytes,
    deadline: unclaimed.deadline,
    tick: unclaimed.tick,
    linkLost: unclaimed.linkLost,
    endAll: (toError, how) => {
      for (const entry of [...entries.values()]) {
        const error = toError(entry.request.filter)
        remove(entry)
        answer(entry, Either.left(error))
        for (const { subscriber } of entry.members) subscriber.end(how === "fail" ? Option.some(error) : Option.none())
        entry.members.clear()
      }
    },
    size: () => entries.size
  }
}
