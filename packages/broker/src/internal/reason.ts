import type { ConnectRefusal } from "../AccessControl.ts"

/** The reason codes of MQTT 5 that the broker uses (section 2.4). */
export const success = 0x00
export const noMatchingSubscribers = 0x10
export const noSubscriptionExisted = 0x11
export const continueAuthentication = 0x18
export const reAuthenticate = 0x19
export const unspecifiedError = 0x80
export const protocolError = 0x82
export const unsupportedProtocolVersion = 0x84
export const clientIdentifierNotValid = 0x85
export const notAuthorized = 0x87
export const serverShuttingDown = 0x8b
export const keepAliveTimeout = 0x8d
export const sessionTakenOver = 0x8e
export const topicFilterInvalid = 0x8f
export const topicNameInvalid = 0x90
export const packetIdentifierNotFound = 0x92
export const receiveMaximumExceeded = 0x93
export const topicAliasInvalid = 0x94
export const packetTooLarge = 0x95
export const quotaExceeded = 0x97
export const administrativeAction = 0x98
export const retainNotSupported = 0x9a
export const qosNotSupported = 0x9b
export const sharedSubscriptionsNotSupported = 0x9e
export const subscriptionIdentifiersNotSupported = 0xa1
export const wildcardSubscriptionsNotSupported = 0xa2

/** Why a CONNECT is refused: what the program may say, and what only the broker says. */
export type Refusal =
  | ConnectRefusal
  | "BadAuthenticationMethod"
  | "TopicNameInvalid"
  | "RetainNotSupported"
  | "QosNotSupported"
  | "ProtocolError"

/** By version: MQTT 5 reason code, MQTT 3.1.1 return code. */
interface Codes {
  readonly 4: number
  readonly 5: number
}

const connectRefusals: Record<ConnectRefusal, Codes> = {
  BadCredentials: { 4: 4, 5: 0x86 },
  NotAuthorized: { 4: 5, 5: notAuthorized },
  Banned: { 4: 5, 5: 0x8a },
  ClientIdentifierNotValid: { 4: 2, 5: clientIdentifierNotValid },
  ServerUnavailable: { 4: 3, 5: 0x88 },
  ServerBusy: { 4: 3, 5: 0x89 },
  QuotaExceeded: { 4: 3, 5: quotaExceeded }
}

const refusals: Record<Refusal, Codes> = {
  ...connectRefusals,
  BadAuthenticationMethod: { 4: 5, 5: 0x8c },
  TopicNameInvalid: { 4: 5, 5: topicNameInvalid },
  RetainNotSupported: { 4: 5, 5: retainNotSupported },
  QosNotSupported: { 4: 5, 5: qosNotSupported },
  ProtocolError: { 4: 5, 5: protocolError }
}

export const isConnectRefusal = (given: unknown): given is ConnectRefusal =>
  typeof given === "string" && Object.hasOwn(connectRefusals, given)

export const refusalCode = (refusal: Refusal, version: 4 | 5): number => refusals[refusal][version]

/** MQTT 3.1.1 knows one failure code for a filter. */
export const subscribeFailure = (code: number, version: 4 | 5): number => version === 5 ? code : unspecifiedError
