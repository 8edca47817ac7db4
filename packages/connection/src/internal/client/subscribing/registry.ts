/**
 * The registry of subscriptions: one entry per distinct filter, shared by every stream that asked for
 * it, so that the server sees one subscription and each stream gets its own copy.
 *
 * An entry outlives the link. Whatever was in flight when the link dropped is `uncertain` and is
 * settled again after the next CONNACK.
 */
import type { QoS } from "@effect-mqtt/codec"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { OperationOutcome, Session } from "../../../Session.ts"
import type { Notify } from "../observing/notices.ts"
import type { Entry, GrantListener, Member } from "./entry.ts"
import * as entries from "./entry.ts"
import { overlapWarning } from "./filterOverlap.ts"
import * as keptEntries from "./keptEntries.ts"
import type { Request } from "./requests.ts"
import * as requests from "./requests.ts"
import type { Routing } from "./routing.ts"

export interface RegistrySettings {
  /** How long a filter that nobody wants any more stays subscribed, in milliseconds. */
  readonly unsubscribeDelay: number
  /** The same for one of an earlier run of the program, which may not have come to its streams yet. */
  readonly consumerTimeout: number
  /** Whether the server sends retained messages again when it has lost the session. */
  readonly replayRetained: boolean
  /** Whether a resumed session is not trusted to hold its subscriptions. */
  readonly resubscribeOnResume: boolean
}

export interface Registry {
  readonly join: (request: Request, member: Member, listener: GrantListener) => void
  /** Calls back when the server has confirmed what had to be unsubscribed. */
  readonly leave: (filter: string, member: Member, onLeft: () => void) => void
  /** The stream is over: it leaves every filter, and nobody waits for that. */
  readonly expel: (member: Member, error: SubscribeError) => void
  /** Asks the server for what is wanted and not known to be there. */
  readonly onConnected: (negotiated: Negotiated) => void
  /** Forgets everything; whoever waits for an answer gets the error. */
  readonly clear: (toError: (filter: string) => SubscribeError) => void
  readonly deadline: () => number
  readonly tick: (now: number) => void
}

export const make = (
  routing: Routing,
  session: Session,
  now: () => number,
  settings: RegistrySettings,
  notify: Notify
): Registry => {
  let link: Negotiated | undefined
  const kept = keptEntries.make()
  const warnOfOverlap = overlapWarning(routing, notify)

  const add = (request: Request): Entry => {
    const entry = entries.make(request, routing.nextIdentifier())
    routing.add(entry)
    return entry
  }

  const remove = (entry: Entry) => {
    entry.state = "absent"
    entry.operation++
    kept.release(entry)
    routing.remove(entry)
    entries.left(entry)
  }

  const expel = (member: Member, error: SubscribeError) => {
    if (member.isOver) return
    member.isOver = true
    member.subscriber.end(Option.some(error))
    // The stream is over: in its other filters it would only fill up.
    for (const filter of member.requests.keys()) leave(filter, member, () => {})
  }

  const reject = (entry: Entry, error: SubscribeError) => {
    const { confirmed } = entry
    const refused = new Set(confirmed === undefined ? entry.members : entry.listeners.map(({ member }) => member))
    for (const member of refused) {
      entry.members.delete(member)
      entry.replayTo.delete(member)
    }
    if (confirmed === undefined && !entry.mayBeHeld) remove(entry)
    else {
      // Only the wish for more was refused: what the server had granted before goes on, if anybody wants it.
      entry.request = confirmed ?? entry.request
      entry.state = "active"
      if (entry.members.size === 0) unsubscribe(entry)
    }
    entries.answer(entry, Either.left(error))
    for (const member of refused) expel(member, error)
  }

  const subscribe = (
    entry: Entry,
    negotiated: Negotiated,
    retainHandling: 0 | 1 | 2,
    replayTo: Iterable<Member>
  ) => {
    const { request } = entry
    const operation = ++entry.operation
    // What was asked before may still be granted, or have been on a lost link, whatever becomes of this.
    entry.mayBeHeld ||= entry.state !== "absent"
    entry.state = "subscribing"
    entry.isInherited = false
    const replayed = new Set<Member>()
    for (const member of replayTo) {
      if (member.requests.get(request.filter)?.retainHandling !== 2) replayed.add(member)
    }
    // What the SUBSCRIBE before made the server send may still be under way, until this one makes it send that anew.
    const isReplay = retainHandling !== 2 || negotiated.protocolVersion === 4
    const served = isReplay ? [...entry.replayTo].filter((member) => !replayed.has(member)) : []
    for (const member of replayed) entry.replayTo.add(member)
    const problem = requests.refusedLocally(request, negotiated)
    if (problem !== undefined) return reject(entry, problem)
    entry.isNamed = negotiated.subscriptionIdentifierAvailable
    if (!entry.isNamed) warnOfOverlap(entry)
    session.subscribe(
      now(),
      requests.toPacket(
        [{ ...request, retainHandling }],
        negotiated,
        entry.isNamed ? entry.identifier : undefined
      ),
      (outcome) => {
        if (entry.operation === operation) onSubscribed(entry, request, outcome, served)
        else onSuperseded(entry, operation, request, outcome)
      }
    )
  }

  /** `served` are those who had what is retained from a SUBSCRIBE before. */
  const onSubscribed = (
    entry: Entry,
    request: Request,
    outcome: OperationOutcome,
    served: ReadonlyArray<Member>
  ) => {
    const { filter } = request
    if (outcome._tag === "LinkLost") {
      entry.state = "uncertain"
      return entries.left(entry)
    }
    if (outcome._tag === "Invalid") {
      return reject(entry, requests.unsendable(filter, outcome.cause))
    }
    const granted = requests.toGranted(filter, outcome.reasonCodes[0], outcome.reasonString)
    if (Either.isLeft(granted)) return reject(entry, granted.left)
    for (const member of served) entry.replayTo.delete(member)
    entry.mayBeHeld = false
    entry.state = "active"
    confirm(entry, request, granted.right, entry.operation)
    for (const member of [...entry.members]) {
      const tooLow = entries.insufficient(entry, member)
      if (tooLow !== undefined) expel(member, tooLow)
    }
    if (entry.members.size === 0 && entry.state === "active") unsubscribe(entry)
  }

  /** Another SUBSCRIBE asks for more already. If that is refused, what this one was granted goes on. */
  const onSuperseded = (entry: Entry, operation: number, request: Request, outcome: OperationOutcome) => {
    if (entry.state !== "subscribing" || outcome._tag !== "Answered") return
    const granted = requests.toGranted(request.filter, outcome.reasonCodes[0], outcome.reasonString)
    if (Either.isRight(granted)) confirm(entry, request, granted.right, operation)
  }

  /** Tells those who wait for this SUBSCRIBE, or for one before it. */
  const confirm = (entry: Entry, request: Request, granted: QoS.QoS, operation: number) => {
    entry.granted = granted
    entry.confirmed = request
    const answered = entry.listeners.filter((waiting) => waiting.operation <= operation)
    entry.listeners = entry.listeners.filter((waiting) => waiting.operation > operation)
    for (const { listener, member } of answered) {
      const tooLow = entries.insufficient(entry, member)
      if (tooLow !== undefined) expel(member, tooLow)
      listener(request.filter, tooLow === undefined ? Either.right(granted) : Either.left(tooLow))
    }
  }

  const unsubscribe = (entry: Entry) => {
    const operation = ++entry.operation
    entry.state = "unsubscribing"
    entry.confirmed = undefined
    entry.mayBeHeld = false
    kept.release(entry)
    session.unsubscribe(now(), { _tag: "Unsubscribe", filters: [entry.request.filter] }, (outcome) => {
      // A stream may have joined meanwhile: its SUBSCRIBE is behind this UNSUBSCRIBE on the wire.
      if (entry.operation !== operation) return entries.left(entry)
      if (outcome._tag === "LinkLost") {
        entry.state = "uncertain"
        entries.left(entry)
      } else remove(entry)
    })
  }

  const join = (request: Request, member: Member, listener: GrantListener) => {
    const { filter, retainHandling } = request
    const present = routing.get(filter)
    const entry = present ?? add(request)
    kept.release(entry)
    // What is on its way for the streams before is not for this one.
    if (entry.state === "unsubscribing") routing.renew(entry)
    const combined = entry.members.size === 0 && entry.state !== "active"
      ? request
      : requests.combine(entry.request, request)
    const raised = present !== undefined && !requests.sameOptions(combined, entry.request)
    const isLive = entry.state === "active"
    entry.request = combined
    entry.members.add(member)
    // Who says so gets what is retained, and the others do not get it again.
    const isReplayed = isLive && retainHandling === 0
    if (isLive && !raised && !isReplayed) {
      const tooLow = entries.insufficient(entry, member)
      if (tooLow === undefined) return listener(filter, Either.right(entry.granted))
      expel(member, tooLow)
      return listener(filter, Either.left(tooLow))
    }
    const isAsked = entry.state === "subscribing"
    entry.listeners.push({ member, listener, operation: isAsked && !raised ? entry.operation : entry.operation + 1 })
    if (!session.isReady() || link === undefined) {
      if (isLive) entry.state = "uncertain"
      return
    }
    if (isAsked && retainHandling !== 2) entry.replayTo.add(member)
    if (isAsked && !raised) return
    // To raise a subscription replays nothing; one that is still to be confirmed may turn out to be new.
    if (isLive) subscribe(entry, link, isReplayed ? 0 : 2, isReplayed ? [member] : [])
    else if (isAsked || entry.isInherited) subscribe(entry, link, 1, entry.members)
    else subscribe(entry, link, retainHandling ?? 0, entry.members)
  }

  const leave = (filter: string, member: Member, onLeft: () => void) => {
    const entry = routing.get(filter)
    if (entry === undefined || !entry.members.delete(member)) return onLeft()
    entry.replayTo.delete(member)
    entry.listeners = entry.listeners.filter((waiting) => waiting.member !== member)
    if (entry.members.size > 0) return onLeft()
    if (session.isReady() && entry.state === "active") {
      if (settings.unsubscribeDelay > 0) {
        kept.keep(entry, now() + settings.unsubscribeDelay)
        return onLeft()
      }
      entry.leaving.push(onLeft)
      return unsubscribe(entry)
    }
    if (entry.state === "absent") remove(entry)
    // Otherwise the SUBACK, or the next CONNACK, decides what the server has to be told; nobody waits for it.
    onLeft()
  }

  const reconcile = (entry: Entry, negotiated: Negotiated) => {
    const isWanted = entry.members.size > 0
    const isNew = !negotiated.sessionPresent || entry.state === "absent"
    if (isNew) {
      if (!isWanted) return remove(entry)
      // A value may have changed while the session was lost.
      const wish = entry.request.retainHandling ?? 0
      const isReplayed = entry.state === "absent" || settings.replayRetained
      entries.forgotten(entry)
      return subscribe(entry, negotiated, isReplayed ? wish : 2, entry.members)
    }
    if (!isWanted) {
      if (kept.has(entry)) return
      if (!entry.isInherited) return unsubscribe(entry)
      // The program has just begun: it may want what its last run had subscribed to.
      return kept.keep(entry, now() + settings.consumerTimeout)
    }
    // A message that names other subscriptions would not reach one that was made where there were no identifiers.
    const isUnnamed = negotiated.subscriptionIdentifierAvailable && !entry.isNamed
    // A subscription that survived after all does not replay what was retained.
    if (entry.state !== "active" || isUnnamed || settings.resubscribeOnResume) {
      subscribe(entry, negotiated, 1, entry.isInherited ? entry.members : entry.replayTo)
    }
  }

  for (const { filter, identifier } of session.restored()?.subscriptions ?? []) {
    routing.add(entries.makeInherited(filter, identifier === 0 ? routing.nextIdentifier() : identifier))
  }

  return {
    join,
    leave,
    expel,
    onConnected: (negotiated) => {
      link = negotiated
      for (const entry of routing.all()) reconcile(entry, negotiated)
    },
    clear: (toError) => {
      for (const entry of routing.all()) {
        remove(entry)
        entry.members.clear()
        entries.answer(entry, Either.left(toError(entry.request.filter)))
      }
    },
    // Without a link nobody can be told; the next one begins with a look at everything.
    deadline: () => session.isReady() ? kept.deadline() : Infinity,
    tick: (at) => {
      if (!session.isReady()) return
      for (const entry of kept.due(at)) unsubscribe(entry)
    }
  }
}
