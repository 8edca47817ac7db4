/** What a caller asks for, as one request per filter, and what the server makes of it. */
import type { Packet } from "@effect-mqtt/codec"
import { QoS, Topic } from "@effect-mqtt/codec"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SubscribeOptions, SubscribeRequest } from "../../Message.ts"
import { SubscribeError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"

/** One filter of a subscription, with every option decided. */
export interface Request {
  readonly filter: string
  readonly qos: QoS.QoS
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: 0 | 1 | 2
}

export type Granted = Either.Either<QoS.QoS, SubscribeError>

/** Fails on a filter that cannot be subscribed to, before anything is sent. */
export const toRequests = (
  filter: string | ReadonlyArray<SubscribeRequest>,
  options: SubscribeOptions | undefined
): Effect.Effect<ReadonlyArray<Request>, SubscribeError> => {
  const given: ReadonlyArray<SubscribeRequest> = typeof filter === "string" ? [{ filter }] : filter
  if (given.length === 0) {
    return new SubscribeError({ reason: "InvalidFilter", filter: "", cause: new Error("there is no filter") })
  }
  // The last request for a filter counts: it is one subscription.
  const distinct = new Map(given.map((request) => [request.filter, { ...options, ...request }]))
  return Effect.forEach(distinct.values(), (request) =>
    Either.mapBoth(Topic.filter(request.filter), {
      onLeft: (cause) => new SubscribeError({ reason: "InvalidFilter", filter: request.filter, cause }),
      onRight: (name): Request => ({
        filter: name,
        qos: request.qos ?? 0,
        noLocal: request.noLocal ?? false,
        retainAsPublished: request.retainAsPublished ?? false,
        retainHandling: request.retainHandling ?? 0
      })
    }))
}

/** What serves both: a stream that asked for less gets more, never the reverse. */
export const combine = (one: Request, other: Request): Request => ({
  ...one,
  qos: one.qos > other.qos ? one.qos : other.qos,
  noLocal: one.noLocal && other.noLocal,
  retainAsPublished: one.retainAsPublished || other.retainAsPublished
})

export const sameOptions = (one: Request, other: Request): boolean =>
  one.qos === other.qos && one.noLocal === other.noLocal && one.retainAsPublished === other.retainAsPublished

/** Says no where the server would, by its own announcement, end the link over it [5 §3.2.2.3]. */
export const refusedLocally = ({ filter }: Request, negotiated: Negotiated): SubscribeError | undefined => {
  const refuse = (what: string) =>
    new SubscribeError({ reason: "NotSupported", filter, cause: new Error(`the server offers no ${what}`) })
  if (!negotiated.wildcardSubscriptionAvailable && /[+#]/.test(filter)) return refuse("wildcard subscriptions")
  if (!negotiated.sharedSubscriptionAvailable && filter.startsWith("$share/")) return refuse("shared subscriptions")
  return undefined
}

export const toPacket = (
  requests: ReadonlyArray<Request>,
  negotiated: Negotiated,
  identifier?: number
): Omit<Packet.Subscribe, "packetId"> => ({
  _tag: "Subscribe",
  subscriptions: negotiated.protocolVersion === 5 ? requests : requests.map(({ filter, qos }) => ({ filter, qos })),
  ...(identifier === undefined ? {} : { properties: { subscriptionIdentifiers: [identifier] } })
})

/** What a SUBACK code means for its filter. */
export const toGranted = (filter: string, reasonCode: number): Granted =>
  QoS.isQoS(reasonCode)
    ? Either.right(reasonCode)
    : Either.left(
      new SubscribeError({
        reason: unsupported.has(reasonCode) ? "NotSupported" : "SubscribeRejected",
        filter,
        reasonCode
      })
    )

/** SUBACK codes that say what the server does not offer: shared, identified, wildcard subscriptions. */
const unsupported = new Set([0x9e, 0xa1, 0xa2])
