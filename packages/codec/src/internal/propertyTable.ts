import type { Properties } from "../Properties.ts"
import { auth, connAck, connect, disconnect, publish, subscribe, unsubscribe, will } from "./carriers.ts"

/** How a value stands on the wire (section 2.2.2.2). */
export type Kind = "byte" | "uint16" | "uint32" | "varInt" | "text" | "binary" | "pair"

/** What a value has to obey beyond its kind. */
export type Rule = "none" | "flag" | "positive" | "alias" | "topicName"

/** Properties while they are read; the kind of a row says what its value is. */
export type WritableProperties = { -readonly [Name in keyof Properties]: unknown }

export interface Row {
  readonly id: number
  readonly name: keyof Properties
  readonly kind: Kind
  readonly rule: Rule
  /** Sets the field: a store that names it costs a fifth of one through a computed name. */
  readonly put: (to: WritableProperties, value: unknown) => void
  /** The bits of the carriers it may stand in. */
  readonly carriers: number
  /** Its own bit, with which a reader remembers that it has been there. */
  readonly bit: number
}

const everyCarrier = (auth << 1) - 1
const withReasonString = everyCarrier & ~(connect | will | publish | subscribe | unsubscribe)

type Definition = readonly [
  id: number,
  name: keyof Properties,
  kind: Kind,
  rule: Rule,
  carriers: number,
  put: Row["put"]
]

/**
 * Table 2-4 of the specification: what every part of the codec knows of the properties it has from here, but for the short
 * way of `plainProperties`, which leaves to the table whatever it does not accept.
 */
const definitions: ReadonlyArray<Definition> = [
  [0x01, "payloadFormatIndicator", "byte", "flag", publish | will, (to, value) => {
    to.payloadFormatIndicator = value
  }],
  [0x02, "messageExpiryInterval", "uint32", "none", publish | will, (to, value) => {
    to.messageExpiryInterval = value
  }],
  [0x03, "contentType", "text", "none", publish | will, (to, value) => {
    to.contentType = value
  }],
  [0x08, "responseTopic", "text", "topicName", publish | will, (to, value) => {
    to.responseTopic = value
  }],
  [0x09, "correlationData", "binary", "none", publish | will, (to, value) => {
    to.correlationData = value
  }],
  [0x0b, "subscriptionIdentifiers", "varInt", "positive", publish | subscribe, (to, value) => {
    to.subscriptionIdentifiers = value
  }],
  [0x11, "sessionExpiryInterval", "uint32", "none", connect | connAck | disconnect, (to, value) => {
    to.sessionExpiryInterval = value
  }],
  [0x12, "assignedClientIdentifier", "text", "none", connAck, (to, value) => {
    to.assignedClientIdentifier = value
  }],
  [0x13, "serverKeepAlive", "uint16", "none", connAck, (to, value) => {
    to.serverKeepAlive = value
  }],
  [0x15, "authenticationMethod", "text", "none", connect | connAck | auth, (to, value) => {
    to.authenticationMethod = value
  }],
  [0x16, "authenticationData", "binary", "none", connect | connAck | auth, (to, value) => {
    to.authenticationData = value
  }],
  [0x17, "requestProblemInformation", "byte", "flag", connect, (to, value) => {
    to.requestProblemInformation = value
  }],
  [0x18, "willDelayInterval", "uint32", "none", will, (to, value) => {
    to.willDelayInterval = value
  }],
  [0x19, "requestResponseInformation", "byte", "flag", connect, (to, value) => {
    to.requestResponseInformation = value
  }],
  [0x1a, "responseInformation", "text", "none", connAck, (to, value) => {
    to.responseInformation = value
  }],
  [0x1c, "serverReference", "text", "none", connAck | disconnect, (to, value) => {
    to.serverReference = value
  }],
  [0x1f, "reasonString", "text", "none", withReasonString, (to, value) => {
    to.reasonString = value
  }],
  [0x21, "receiveMaximum", "uint16", "positive", connect | connAck, (to, value) => {
    to.receiveMaximum = value
  }],
  [0x22, "topicAliasMaximum", "uint16", "none", connect | connAck, (to, value) => {
    to.topicAliasMaximum = value
  }],
  [0x23, "topicAlias", "uint16", "alias", publish, (to, value) => {
    to.topicAlias = value
  }],
  [0x24, "maximumQoS", "byte", "flag", connAck, (to, value) => {
    to.maximumQoS = value
  }],
  [0x25, "retainAvailable", "byte", "flag", connAck, (to, value) => {
    to.retainAvailable = value
  }],
  [0x26, "userProperties", "pair", "none", everyCarrier, (to, value) => {
    to.userProperties = value
  }],
  [0x27, "maximumPacketSize", "uint32", "positive", connect | connAck, (to, value) => {
    to.maximumPacketSize = value
  }],
  [0x28, "wildcardSubscriptionAvailable", "byte", "flag", connAck, (to, value) => {
    to.wildcardSubscriptionAvailable = value
  }],
  [0x29, "subscriptionIdentifierAvailable", "byte", "flag", connAck, (to, value) => {
    to.subscriptionIdentifierAvailable = value
  }],
  [0x2a, "sharedSubscriptionAvailable", "byte", "flag", connAck, (to, value) => {
    to.sharedSubscriptionAvailable = value
  }]
]

const rows: ReadonlyArray<Row> = /*#__PURE__*/ definitions.map(([id, name, kind, rule, carriers, put], index) => ({
  id,
  name,
  kind,
  rule,
  carriers,
  bit: 1 << index,
  put
}))

/** Rows by identifier; holes where the specification has none. */
export const byId: ReadonlyArray<Row | undefined> = /*#__PURE__*/ (() => {
  const table: Array<Row | undefined> = Array.from({ length: 0x2b }, () => undefined)
  for (const row of rows) table[row.id] = row
  return table
})()

/** Rows by field name. */
export const byName: ReadonlyMap<string, Row> = /*#__PURE__*/ new Map(rows.map((row) => [row.name, row]))

/** The rule a value breaks, in words, or `undefined`. Texts are checked by `Rule` `topicName` elsewhere. */
export const numberProblem = (row: Row, value: number): string | undefined =>
  row.rule === "flag" ?
    value > 1 ? `${row.name} must be 0 or 1` : undefined :
    (row.rule === "positive" || row.rule === "alias") && value === 0
    ? `${row.name} must not be 0`
    : undefined
