import * as Packet from "@effect-mqtt/codec/Packet"
import * as QoS from "@effect-mqtt/codec/QoS"
import * as Topic from "@effect-mqtt/codec/Topic"
import type { ClientIdentity } from "../../AccessControl.ts"
import type { Hub, Question } from "../hub.ts"
import * as Reason from "../reason.ts"
import type { Outbox } from "../sending/outbox.ts"
import type { Holder, Session } from "../sessions/session.ts"

/** The client that asks, and where its answers go. */
export interface Party {
  readonly hub: Hub
  readonly link: Holder
  readonly outbox: Outbox
  readonly session: Session
  readonly identity: ClientIdentity
}

/** One code for each filter, in order [MQTT-3.8.4-6]; retained messages follow the SUBACK. */
export const subscribe = (party: Party, packet: Packet.Subscribe, now: number): Question | undefined => {
  const { hub, identity, link } = party
  // Neither the program nor the other clients wait until millions of them were refused one by one.
  if (packet.subscriptions.length > hub.limits.maxSubscriptionsPerClient + mostSurplus) {
    link.close(Reason.quotaExceeded, now)
    return undefined
  }
  const isNumbered = packet.properties?.subscriptionIdentifiers !== undefined
  const problems = packet.subscriptions.map(({ filter }) => filterProblem(filter, isNumbered, hub))
  if (!hub.authorizes) return grant(party, packet, problems, now)
  const asked = packet.subscriptions.filter((_, index) => problems[index] === undefined)
  return {
    _tag: "Authorize",
    identity,
    action: "subscribe",
    // What is allowed depends on the messages, not on who else gets them.
    topics: asked.map(({ filter }) => Topic.toShared(filter)?.filter ?? filter),
    answer: (allowed, now) => {
      const denied = new Set(asked.filter((_, index) => allowed[index] !== true))
      const codes = packet.subscriptions.map((subscription, index) =>
        problems[index] ?? (denied.has(subscription) ? Reason.notAuthorized : undefined)
      )
      return grant(party, packet, codes, now)
    }
  }
}

/** Filters are compared character by character [MQTT-3.10.4-1]; there is always an answer [MQTT-3.10.4-4]. */
export const unsubscribe = ({ hub, outbox, session }: Party, packet: Packet.Unsubscribe): undefined => {
  const { packetId } = packet
  const reasonCodes = packet.filters.map((filter) =>
    hub.unsubscribe(session, filter) ? Reason.success : Reason.noSubscriptionExisted
  )
  outbox.send(Packet.unsubAck(outbox.version === 5 ? { packetId, reasonCodes } : { packetId }))
}

/** Filters beyond what can be granted that one SUBSCRIBE may have. */
const mostSurplus = 1000

const filterProblem = (filter: string, isNumbered: boolean, { capabilities, limits }: Hub): number | undefined => {
  if (!Topic.isFilter(filter)) return Reason.topicFilterInvalid
  const shared = Topic.toShared(filter)
  if (shared !== undefined && !capabilities.sharedSubscriptions) return Reason.sharedSubscriptionsNotSupported
  const levels = (shared?.filter ?? filter).split("/")
  if (levels.length > limits.maxTopicLevels) return Reason.topicFilterInvalid
  if (isNumbered && !capabilities.subscriptionIdentifiers) return Reason.subscriptionIdentifiersNotSupported
  const isWild = levels.includes("+") || levels.includes("#")
  return isWild && !capabilities.wildcardSubscriptions ? Reason.wildcardSubscriptionsNotSupported : undefined
}

const grant = (
  party: Party,
  packet: Packet.Subscribe,
  problems: ReadonlyArray<number | undefined>,
  now: number
): Question | undefined => {
  const { hub, link, outbox, session } = party
  // The link may have ended while the program decided.
  if (session.holder !== link) return undefined
  const identifier = packet.properties?.subscriptionIdentifiers?.[0]
  const { maximumQoS } = hub.capabilities
  const replays = new Set<string>()
  const codes = packet.subscriptions.map((request, index) => {
    const problem = problems[index]
    if (problem !== undefined) return problem
    const outcome = hub.subscribe(session, { ...request, qos: QoS.min(request.qos, maximumQoS) }, identifier, now)
    if (outcome === "QuotaExceeded") return Reason.quotaExceeded
    if (wantsReplay(request, outcome)) replays.add(request.filter)
    return QoS.min(request.qos, maximumQoS)
  })
  const reasonCodes = codes.map((code) => code >= 0x80 ? Reason.subscribeFailure(code, outbox.version) : code)
  const { packetId } = packet
  outbox.send(Packet.subAck({ packetId, reasonCodes }))
  session.unreplayed = Array.from(replays)
  return replay(party, now)
}

/** A filter at a time: each may look through everything that is retained. */
export const replay = (party: Party, now: number): Question | undefined => {
  const { hub, link, session } = party
  // What is left of it is for the next link of the session.
  if (session.holder !== link) return undefined
  const filter = session.unreplayed.shift()
  if (filter === undefined) return undefined
  if (!hub.replay(session, filter, now)) session.unreplayed = []
  return session.unreplayed.length === 0 ? undefined : { _tag: "GoOn", answer: (now) => replay(party, now) }
}

/** Retain Handling [MQTT-3.3.1-9, -10, -11]; MQTT 3.1.1 always replays. */
const wantsReplay = (request: Packet.Subscription, outcome: "New" | "Replaced"): boolean => {
  if (Topic.toShared(request.filter) !== undefined) return false // MQTT 5 section 4.8.2
  const handling = request.retainHandling ?? 0
  return handling === 0 || (handling === 1 && outcome === "New")
}
