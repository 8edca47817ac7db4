import * as Duration from "effect/Duration"
import type { Limits } from "../Limits.ts"
import { defaultLimits } from "../Limits.ts"

/** The limits as numbers, durations in milliseconds, inside the ranges that the protocol has. */
export type ResolvedLimits = { readonly [K in keyof Limits]: number }

export const resolve = (given: { readonly [K in keyof Limits]?: Limits[K] | undefined }): ResolvedLimits => {
  const count = (name: CountName, most = Infinity, least = 1) =>
    Math.max(least, Math.min(most, given[name] ?? defaultLimits[name]))
  const millis = (name: DurationName) => Duration.toMillis(given[name] ?? defaultLimits[name])
  return {
    maxConnections: count("maxConnections"),
    maxConnectBytes: count("maxConnectBytes", 268_435_460),
    maxSessions: count("maxSessions"),
    maxClientIdLength: count("maxClientIdLength"),
    maxSubscriptionsPerClient: count("maxSubscriptionsPerClient", Infinity, 0),
    maxSubscriptionBytesPerClient: count("maxSubscriptionBytesPerClient", Infinity, 0),
    maxUserProperties: count("maxUserProperties", Infinity, 0),
    maxTopicLevels: count("maxTopicLevels", 1024),
    maxPacketBytes: count("maxPacketBytes", 268_435_460),
    receiveMaximum: count("receiveMaximum", 0xffff),
    topicAliasMaximum: count("topicAliasMaximum", 0xffff, 0),
    maxInFlight: count("maxInFlight", 0xffff - 1),
    maxQueuedMessages: count("maxQueuedMessages"),
    maxQueuedBytes: count("maxQueuedBytes"),
    maxOutboundBytes: count("maxOutboundBytes"),
    maxRetainedMessages: count("maxRetainedMessages", Infinity, 0),
    maxRetainedBytes: count("maxRetainedBytes", Infinity, 0),
    maxHeldBytes: count("maxHeldBytes"),
    connectTimeout: millis("connectTimeout"),
    stallTimeout: millis("stallTimeout"),
    maxSessionExpiry: millis("maxSessionExpiry"),
    maxKeepAlive: millis("maxKeepAlive")
  }
}

type DurationName = "connectTimeout" | "stallTimeout" | "maxSessionExpiry" | "maxKeepAlive"
type CountName = Exclude<keyof Limits, DurationName>
