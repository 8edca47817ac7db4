/**
 * Properties of MQTT 5.0 packets (section 2.2.2).
 *
 * Values are as on the wire: integers throughout, also for the properties that are a 0/1 byte. A property that was
 * absent on the wire is absent here; defaults are not filled in.
 *
 * @since 0.1.0
 */

/**
 * One name and value pair. Names may repeat and the order counts.
 *
 * @since 0.1.0
 * @category models
 */
export type UserProperty = readonly [name: string, value: string]

/**
 * Every property of MQTT 5.0. Packets carry a subset each.
 *
 * @since 0.1.0
 * @category models
 */
export interface Properties {
  /** 0x01: `1` says that the payload is UTF-8 text. */
  readonly payloadFormatIndicator?: number | undefined
  /** 0x02: lifetime of the message in seconds. */
  readonly messageExpiryInterval?: number | undefined
  /** 0x03: content type of the payload, by convention a MIME type. */
  readonly contentType?: string | undefined
  /** 0x08: topic name for the response to a request. */
  readonly responseTopic?: string | undefined
  /** 0x09: bytes by which the requester recognises the response. */
  readonly correlationData?: Uint8Array | undefined
  /** 0x0B: 1 to 268 435 455; at most one in SUBSCRIBE. */
  readonly subscriptionIdentifiers?: ReadonlyArray<number> | undefined
  /** 0x11: seconds that the session outlives its connection; 0xFFFFFFFF is for ever. */
  readonly sessionExpiryInterval?: number | undefined
  /** 0x12: the client identifier that the server chose. */
  readonly assignedClientIdentifier?: string | undefined
  /** 0x13: keep alive in seconds that the client has to use instead of its own. */
  readonly serverKeepAlive?: number | undefined
  /** 0x15: name of the enhanced authentication method. */
  readonly authenticationMethod?: string | undefined
  /** 0x16: data of the enhanced authentication. */
  readonly authenticationData?: Uint8Array | undefined
  /** 0x17: `0` asks the server to leave out reason strings and user properties. */
  readonly requestProblemInformation?: number | undefined
  /** 0x18: seconds between the loss of the connection and the will. */
  readonly willDelayInterval?: number | undefined
  /** 0x19: `1` asks for response information in CONNACK. */
  readonly requestResponseInformation?: number | undefined
  /** 0x1A: what a client may build response topics from. */
  readonly responseInformation?: string | undefined
  /** 0x1C: another server to use. */
  readonly serverReference?: string | undefined
  /** 0x1F: text for a human reader of a log. */
  readonly reasonString?: string | undefined
  /** 0x21: how many QoS 1 and 2 messages may be unacknowledged, 1 to 65 535. */
  readonly receiveMaximum?: number | undefined
  /** 0x22: highest topic alias accepted; 0 is none. */
  readonly topicAliasMaximum?: number | undefined
  /** 0x23: number that stands for a topic on this connection, above 0. */
  readonly topicAlias?: number | undefined
  /** 0x24: highest QoS the server accepts, 0 or 1 (absent: 2). */
  readonly maximumQoS?: number | undefined
  /** 0x25: `0` when the server keeps no retained messages. */
  readonly retainAvailable?: number | undefined
  /** 0x26: name and value pairs in their order, repeats kept. */
  readonly userProperties?: ReadonlyArray<UserProperty> | undefined
  /** 0x27: largest packet accepted in bytes, above 0. */
  readonly maximumPacketSize?: number | undefined
  /** 0x28: `0` when the server refuses wildcard filters. */
  readonly wildcardSubscriptionAvailable?: number | undefined
  /** 0x29: `0` when the server refuses subscription identifiers. */
  readonly subscriptionIdentifierAvailable?: number | undefined
  /** 0x2A: `0` when the server refuses shared subscriptions. */
  readonly sharedSubscriptionAvailable?: number | undefined
}

/**
 * Properties of CONNECT (section 3.1.2.11).
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectProperties extends
  Pick<
    Properties,
    | "sessionExpiryInterval"
    | "receiveMaximum"
    | "maximumPacketSize"
    | "topicAliasMaximum"
    | "requestResponseInformation"
    | "requestProblemInformation"
    | "userProperties"
    | "authenticationMethod"
    | "authenticationData"
  >
{}

/**
 * Properties of the will inside CONNECT (section 3.1.3.2).
 *
 * @since 0.1.0
 * @category models
 */
export interface WillProperties extends
  Pick<
    Properties,
    | "willDelayInterval"
    | "payloadFormatIndicator"
    | "messageExpiryInterval"
    | "contentType"
    | "responseTopic"
    | "correlationData"
    | "userProperties"
  >
{}

/**
 * Properties of CONNACK (section 3.2.2.3).
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnAckProperties extends
  Pick<
    Properties,
    | "sessionExpiryInterval"
    | "receiveMaximum"
    | "maximumQoS"
    | "retainAvailable"
    | "maximumPacketSize"
    | "assignedClientIdentifier"
    | "topicAliasMaximum"
    | "reasonString"
    | "userProperties"
    | "wildcardSubscriptionAvailable"
    | "subscriptionIdentifierAvailable"
    | "sharedSubscriptionAvailable"
    | "serverKeepAlive"
    | "responseInformation"
    | "serverReference"
    | "authenticationMethod"
    | "authenticationData"
  >
{}

/**
 * Properties of PUBLISH (section 3.3.2.3).
 *
 * @since 0.1.0
 * @category models
 */
export interface PublishProperties extends
  Pick<
    Properties,
    | "payloadFormatIndicator"
    | "messageExpiryInterval"
    | "topicAlias"
    | "responseTopic"
    | "correlationData"
    | "userProperties"
    | "subscriptionIdentifiers"
    | "contentType"
  >
{}

/**
 * Properties of PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK (section 3.4.2.2 and its counterparts).
 *
 * @since 0.1.0
 * @category models
 */
export interface AckProperties extends Pick<Properties, "reasonString" | "userProperties"> {}

/**
 * Properties of SUBSCRIBE (section 3.8.2.1).
 *
 * @since 0.1.0
 * @category models
 */
export interface SubscribeProperties extends Pick<Properties, "subscriptionIdentifiers" | "userProperties"> {}

/**
 * Properties of UNSUBSCRIBE (section 3.10.2.1).
 *
 * @since 0.1.0
 * @category models
 */
export interface UnsubscribeProperties extends Pick<Properties, "userProperties"> {}

/**
 * Properties of DISCONNECT (section 3.14.2.2). Only a client may send the session expiry, only a server the reference.
 *
 * @since 0.1.0
 * @category models
 */
export interface DisconnectProperties
  extends Pick<Properties, "sessionExpiryInterval" | "reasonString" | "userProperties" | "serverReference">
{}

/**
 * Properties of AUTH (section 3.15.2.2).
 *
 * @since 0.1.0
 * @category models
 */
export interface AuthProperties
  extends Pick<Properties, "authenticationMethod" | "authenticationData" | "reasonString" | "userProperties">
{}
