import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import type * as Properties from "../../Properties.ts"
import {
  Binary,
  Flag,
  Positive16,
  Positive32,
  PositiveVarInt,
  Text,
  TopicName,
  Uint16,
  Uint32,
  UserProperty
} from "./fields.ts"

/** Nothing but the fields of the packet: a property of another packet, or of another version, makes it another thing. */
export const strict = { parseOptions: { onExcessProperty: "error" } } as const

const fields = {
  payloadFormatIndicator: Schema.optional(Flag),
  messageExpiryInterval: Schema.optional(Uint32),
  contentType: Schema.optional(Text),
  responseTopic: Schema.optional(TopicName),
  correlationData: Schema.optional(Binary),
  subscriptionIdentifiers: Schema.optional(Schema.Array(PositiveVarInt)),
  sessionExpiryInterval: Schema.optional(Uint32),
  assignedClientIdentifier: Schema.optional(Text),
  serverKeepAlive: Schema.optional(Uint16),
  authenticationMethod: Schema.optional(Text),
  authenticationData: Schema.optional(Binary),
  requestProblemInformation: Schema.optional(Flag),
  willDelayInterval: Schema.optional(Uint32),
  requestResponseInformation: Schema.optional(Flag),
  responseInformation: Schema.optional(Text),
  serverReference: Schema.optional(Text),
  reasonString: Schema.optional(Text),
  receiveMaximum: Schema.optional(Positive16),
  topicAliasMaximum: Schema.optional(Uint16),
  topicAlias: Schema.optional(Positive16),
  maximumQoS: Schema.optional(Flag),
  retainAvailable: Schema.optional(Flag),
  userProperties: Schema.optional(Schema.Array(UserProperty)),
  maximumPacketSize: Schema.optional(Positive32),
  wildcardSubscriptionAvailable: Schema.optional(Flag),
  subscriptionIdentifierAvailable: Schema.optional(Flag),
  sharedSubscriptionAvailable: Schema.optional(Flag)
}

/** Authentication Data is a protocol error without a method (section 3.1.2.11.10). */
const methodWithData = (properties: Properties.AuthProperties): boolean =>
  properties.authenticationData === undefined || properties.authenticationMethod !== undefined

export const ConnectProperties: Schema.Schema<Properties.ConnectProperties> = Schema.Struct(Struct.pick(
  fields,
  "sessionExpiryInterval",
  "receiveMaximum",
  "maximumPacketSize",
  "topicAliasMaximum",
  "requestResponseInformation",
  "requestProblemInformation",
  "userProperties",
  "authenticationMethod",
  "authenticationData"
)).annotations(strict).pipe(Schema.filter(methodWithData))

export const WillProperties: Schema.Schema<Properties.WillProperties> = Schema.Struct(Struct.pick(
  fields,
  "willDelayInterval",
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "contentType",
  "responseTopic",
  "correlationData",
  "userProperties"
)).annotations(strict)

export const ConnAckProperties: Schema.Schema<Properties.ConnAckProperties> = Schema.Struct(Struct.pick(
  fields,
  "sessionExpiryInterval",
  "receiveMaximum",
  "maximumQoS",
  "retainAvailable",
  "maximumPacketSize",
  "assignedClientIdentifier",
  "topicAliasMaximum",
  "reasonString",
  "userProperties",
  "wildcardSubscriptionAvailable",
  "subscriptionIdentifierAvailable",
  "sharedSubscriptionAvailable",
  "serverKeepAlive",
  "responseInformation",
  "serverReference",
  "authenticationMethod",
  "authenticationData"
)).annotations(strict).pipe(Schema.filter(methodWithData))

export const PublishProperties: Schema.Schema<Properties.PublishProperties> = Schema.Struct(Struct.pick(
  fields,
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "topicAlias",
  "responseTopic",
  "correlationData",
  "userProperties",
  "subscriptionIdentifiers",
  "contentType"
)).annotations(strict)

export const AckProperties: Schema.Schema<Properties.AckProperties> = Schema.Struct(
  Struct.pick(fields, "reasonString", "userProperties")
).annotations(strict)

/** Unlike PUBLISH, a SUBSCRIBE has one subscription identifier at most (section 3.8.2.1.2). */
export const SubscribeProperties: Schema.Schema<Properties.SubscribeProperties> = Schema.Struct({
  subscriptionIdentifiers: Schema.optional(Schema.Array(PositiveVarInt).pipe(Schema.maxItems(1))),
  userProperties: fields.userProperties
}).annotations(strict)

export const UnsubscribeProperties: Schema.Schema<Properties.UnsubscribeProperties> = Schema.Struct(
  Struct.pick(fields, "userProperties")
).annotations(strict)

export const DisconnectProperties: Schema.Schema<Properties.DisconnectProperties> = Schema.Struct(
  Struct.pick(fields, "sessionExpiryInterval", "reasonString", "userProperties", "serverReference")
).annotations(strict)

export const AuthProperties: Schema.Schema<Properties.AuthProperties> = Schema.Struct(
  Struct.pick(fields, "authenticationMethod", "authenticationData", "reasonString", "userProperties")
).annotations(strict)
