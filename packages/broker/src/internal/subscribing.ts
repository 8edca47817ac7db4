import * as Packet from "@effect-mqtt/codec/Packet"
import * as Topic from "@effect-mqtt/codec/Topic"
import type { ClientIdentity } from "../AccessControl.ts"
import type { Hub, Question } from "./hub.ts"
import type { Outbox } from "./outbox.ts"
import * as Reason from "./reason.ts"
import type { Holder, Session } from "./session.ts"

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
  const { hub, identity } = party
  const problems = packet.subscriptions.map(({ filter }) => filterProblem(filter, hub))
  if (!hub.authorizes) return grant(party, packet, problems, now)
  const asked = packet.subscriptions.filter((_, index) => problems[index] === undefined)
  return {
    _tag: "Authorize",
    identity,
    action: "subscribe",
    topics: asked.map(({ filter }) => filter),
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

const filterProblem = (filter: string, hub: Hub): number | undefined => {
  if (!Topic.isFilter(filter)) return Reason.topicFilterInvalid
  if (filter.startsWith("$share/")) return Reason.sharedSubscriptionsNotSupported
  return filter.split("/").length > hub.limits.maxTopicLevels ? Reason.topicFilterInvalid : undefined
}

const grant = (
  { hub, link, outbox, session }: Party,
  packet: Packet.Subscribe,
  problems: ReadonlyArray<number | undefined>,
  now: number
): undefined => {
  // The link may have ended while the program decided.
  if (session.holder !== link) return
  const identifier = packet.properties?.subscriptionIdentifiers?.[0]
  const replays = new Set<string>()
  const codes = packet.subscriptions.map((request, index) => {
    const problem = problems[index]
    if (problem !== undefined) return problem
    const outcome = hub.subscribe(session, request, identifier)
    if (outcome === "QuotaExceeded") return Reason.quotaExceeded
    if (wantsReplay(request, outcome)) replays.add(request.filter)
    return request.qos
  })
  const reasonCodes = codes.map((code) => code >= 0x80 ? Reason.subscribeFailure(code, outbox.version) : code)
  const { packetId } = packet
  outbox.send(Packet.subAck({ packetId, reasonCodes }))
  for (const filter of replays) if (!hub.replay(session, filter, now)) return
}

/** Retain Handling [MQTT-3.3.1-9, -10, -11]; MQTT 3.1.1 always replays. */
const wantsReplay = (request: Packet.Subscription, outcome: "New" | "Replaced"): boolean => {
  const handling = request.retainHandling ?? 0
  return handling === 0 || (handling === 1 && outcome === "New")
}
