/** What a caller asks for, as one request per filter, and what the server makes of it. */
import type { CodecError, Packet, Properties } from "@effect-mqtt/codec"
import * as QoS from "@effect-mqtt/codec/QoS"
import * as Topic from "@effect-mqtt/codec/Topic"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SubscribeOptions, SubscribeRequest } from "../../../Message.ts"
import { SubscribeError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import type { TopicDefaults } from "../../../TopicDefaults.ts"
import * as topicDefaults from "../publishing/topicDefaults.ts"

/** One filter of a subscription, as the server gets it, with its options. */
export interface Request {
  readonly filter: string
  readonly qos: QoS.QoS
  readonly requireQos: boolean
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  /** Undefined if nothing was said: who joins a subscription then does without what is retained. */
  readonly retainHandling: 0 | 1 | 2 | undefined
  readonly userProperties: ReadonlyArray<Properties.UserProperty>
}

export type Granted = Either.Either<QoS.QoS, SubscribeError>

/** Fails on a filter that cannot be subscribed to, before anything is sent. */
export const toRequests = (
  filter: string | ReadonlyArray<SubscribeRequest>,
  options: SubscribeOptions | undefined,
  defaults: TopicDefaults = {}
): Effect.Effect<ReadonlyArray<Request>, SubscribeError> => {
  const given: ReadonlyArray<SubscribeRequest> = typeof filter === "string" ? [{ filter }] : filter
  if (given.length === 0) {
    return new SubscribeError({ reason: "InvalidFilter", filter: "", cause: new Error("there is no filter") })
  }
  const requests = new Map<string, Request>()
  for (const one of given) {
    const request = toRequest({ ...options, ...one }, defaults)
    if (Either.isLeft(request)) return request.left
    // The last request for a filter counts: it is one subscription.
    requests.set(request.right.filter, request.right)
  }
  return Effect.succeed([...requests.values()])
}

const none: ReadonlyArray<Properties.UserProperty> = []

const toRequest = (
  request: SubscribeRequest,
  defaults: TopicDefaults
): Either.Either<Request, SubscribeError> => {
  const name = fullFilter(request)
  const invalid = (cause: unknown) => new SubscribeError({ reason: "InvalidFilter", filter: name, cause })
  const filter = Topic.filter(name)
  if (Either.isLeft(filter)) return Either.left(invalid(filter.left))
  if (request.share?.includes("/") === true) {
    return Either.left(invalid(new Error("the name of a group has no slash [MQTT-4.8.2-1]")))
  }
  if (request.noLocal === true && Topic.toShared(name) !== undefined) {
    return Either.left(invalid(new Error("a shared subscription cannot leave out local messages [MQTT-3.8.3-4]")))
  }
  return Either.right({
    filter: name,
    qos: request.qos ?? topicDefaults.qosOfFilter(defaults, request.filter) ?? 0,
    requireQos: request.requireQos ?? false,
    noLocal: request.noLocal ?? false,
    retainAsPublished: request.retainAsPublished ?? false,
    retainHandling: request.retainHandling,
    userProperties: request.userProperties ?? none
  })
}

/** The failure of a packet that was not sent. */
export const unsendable = (filter: string, cause: CodecError.CodecError): SubscribeError =>
  new SubscribeError({ reason: cause._tag === "PacketTooLarge" ? "PacketTooLarge" : "InvalidFilter", filter, cause })

/** The filter as the server gets it: a shared subscription names its group. */
export const fullFilter = ({ filter, share }: Pick<SubscribeRequest, "filter" | "share">): string =>
  share === undefined ? filter : `$share/${share}/${filter}`

/** What serves both: a stream that asked for less gets more, never the reverse. */
export const combine = (one: Request, other: Request): Request => ({
  ...one,
  qos: one.qos > other.qos ? one.qos : other.qos,
  noLocal: one.noLocal && other.noLocal,
  retainAsPublished: one.retainAsPublished || other.retainAsPublished,
  retainHandling: (one.retainHandling ?? 0) < (other.retainHandling ?? 0) ? one.retainHandling : other.retainHandling
})

export const sameOptions = (one: Request, other: Request): boolean =>
  one.qos === other.qos && one.noLocal === other.noLocal && one.retainAsPublished === other.retainAsPublished

/** Says no where the server would, by its own announcement, end the link over it [5 §3.2.2.3]. */
export const refusedLocally = ({ filter, noLocal }: Request, negotiated: Negotiated): SubscribeError | undefined => {
  const refuse = (what: string) =>
    new SubscribeError({ reason: "NotSupported", filter, cause: new Error(`the server offers no ${what}`) })
  if (!negotiated.wildcardSubscriptionAvailable && /[+#]/.test(filter)) return refuse("wildcard subscriptions")
  if (!negotiated.sharedSubscriptionAvailable && filter.startsWith("$share/")) return refuse("shared subscriptions")
  // Whoever passes messages on would get them back for ever; the other options are of no such consequence.
  if (negotiated.protocolVersion === 4 && noLocal) return refuse("noLocal")
  return undefined
}

export const toPacket = (
  requests: ReadonlyArray<Request>,
  negotiated: Negotiated,
  identifier?: number
): Omit<Packet.Subscribe, "packetId"> => {
  // Those of the call as a whole are the same list for each of its filters, and go once.
  const userProperties = negotiated.protocolVersion === 5
    ? [...new Set(requests.map((request) => request.userProperties))].flat()
    : none
  const properties: Packet.Subscribe["properties"] = {
    ...(identifier === undefined ? {} : { subscriptionIdentifiers: [identifier] }),
    ...(userProperties.length === 0 ? {} : { userProperties })
  }
  return {
    _tag: "Subscribe",
    subscriptions: requests.map(({ filter, noLocal, qos, retainAsPublished, retainHandling }) =>
      negotiated.protocolVersion === 5
        ? { filter, qos, noLocal, retainAsPublished, retainHandling: retainHandling ?? 0 }
        : { filter, qos }
    ),
    ...(Object.keys(properties).length === 0 ? {} : { properties })
  }
}

/** What a SUBACK code means for its filter; the words are for all filters of the SUBACK. */
export const toGranted = (filter: string, reasonCode: number, reasonString: string | undefined): Granted =>
  QoS.isQoS(reasonCode)
    ? Either.right(reasonCode)
    : Either.left(
      new SubscribeError({
        reason: unsupported.has(reasonCode) ? "NotSupported" : "SubscribeRejected",
        filter,
        reasonCode,
        reasonString
      })
    )

/** The failure of who insists on a quality of service and got less. */
export const insufficient = ({ filter, qos, requireQos }: Request, granted: QoS.QoS): SubscribeError | undefined =>
  requireQos && granted < qos
    ? new SubscribeError({ reason: "QosNotGranted", filter, reasonCode: granted })
    : undefined

/** SUBACK codes that say what the server does not offer: shared, identified, wildcard subscriptions. */
const unsupported = new Set([0x9e, 0xa1, 0xa2])
