/**
 * The packets of MQTT 3.1.1 and 5.0 as plain readonly objects.
 *
 * `properties` (and the reason code of acknowledgements) exist in MQTT 5.0 only. A decoder always fills `properties` of
 * a 5.0 packet, with a frozen `{}` where there are none, and leaves absent fields out; an encoder takes a missing or
 * undefined field as absent.
 *
 * @since 0.1.0
 */
import type * as Properties from "./Properties.ts"
import type { ProtocolVersion } from "./ProtocolVersion.ts"
import type { QoS } from "./QoS.ts"

/**
 * The message a server publishes when the connection ends without a DISCONNECT (section 3.1.2.5).
 *
 * @since 0.1.0
 * @category models
 */
export interface Will {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  readonly properties?: Properties.WillProperties | undefined
}

/**
 * CONNECT (section 3.1): the first packet of a client.
 *
 * @since 0.1.0
 * @category models
 */
export interface Connect {
  readonly _tag: "Connect"
  /** Always `"MQTT"` in the versions this codec speaks. */
  readonly protocolName: string
  readonly protocolVersion: ProtocolVersion
  /** Clean Start; called Clean Session in 3.1.1. */
  readonly cleanStart: boolean
  /** Seconds, 0 to 65 535; 0 is off. */
  readonly keepAlive: number
  readonly clientId: string
  readonly will?: Will | undefined
  readonly username?: string | undefined
  readonly password?: Uint8Array | undefined
  readonly properties?: Properties.ConnectProperties | undefined
}

/**
 * CONNACK (section 3.2): the answer to CONNECT. In 3.1.1 `reasonCode` is the return code.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnAck {
  readonly _tag: "ConnAck"
  readonly sessionPresent: boolean
  readonly reasonCode: number
  readonly properties?: Properties.ConnAckProperties | undefined
}

/**
 * PUBLISH (section 3.3): one message. `packetId` exists exactly when `qos` is above 0.
 *
 * @since 0.1.0
 * @category models
 */
export interface Publish {
  readonly _tag: "Publish"
  readonly dup: boolean
  readonly qos: QoS
  readonly retain: boolean
  /** Empty only where a topic alias stands for it. */
  readonly topic: string
  readonly packetId?: number | undefined
  /** From a decoder: valid for as long as it is kept, never rewritten. */
  readonly payload: Uint8Array
  readonly properties?: Properties.PublishProperties | undefined
}

/**
 * PUBACK (section 3.4): answers a QoS 1 PUBLISH.
 *
 * @since 0.1.0
 * @category models
 */
export interface PubAck {
  readonly _tag: "PubAck"
  readonly packetId: number
  readonly reasonCode?: number | undefined
  readonly properties?: Properties.AckProperties | undefined
}

/**
 * PUBREC (section 3.5): first answer to a QoS 2 PUBLISH.
 *
 * @since 0.1.0
 * @category models
 */
export interface PubRec {
  readonly _tag: "PubRec"
  readonly packetId: number
  readonly reasonCode?: number | undefined
  readonly properties?: Properties.AckProperties | undefined
}

/**
 * PUBREL (section 3.6): answers PUBREC.
 *
 * @since 0.1.0
 * @category models
 */
export interface PubRel {
  readonly _tag: "PubRel"
  readonly packetId: number
  readonly reasonCode?: number | undefined
  readonly properties?: Properties.AckProperties | undefined
}

/**
 * PUBCOMP (section 3.7): ends a QoS 2 exchange.
 *
 * @since 0.1.0
 * @category models
 */
export interface PubComp {
  readonly _tag: "PubComp"
  readonly packetId: number
  readonly reasonCode?: number | undefined
  readonly properties?: Properties.AckProperties | undefined
}

/**
 * One topic filter of SUBSCRIBE with its options. The last three exist in 5.0 only.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subscription {
  readonly filter: string
  readonly qos: QoS
  readonly noLocal?: boolean | undefined
  readonly retainAsPublished?: boolean | undefined
  /** When retained messages are sent: `0` always, `1` for a new subscription only, `2` never. */
  readonly retainHandling?: 0 | 1 | 2 | undefined
}

/**
 * SUBSCRIBE (section 3.8): at least one filter.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subscribe {
  readonly _tag: "Subscribe"
  readonly packetId: number
  readonly subscriptions: ReadonlyArray<Subscription>
  readonly properties?: Properties.SubscribeProperties | undefined
}

/**
 * SUBACK (section 3.9): one code for each filter, in order.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubAck {
  readonly _tag: "SubAck"
  readonly packetId: number
  readonly reasonCodes: ReadonlyArray<number>
  readonly properties?: Properties.AckProperties | undefined
}

/**
 * UNSUBSCRIBE (section 3.10): at least one filter.
 *
 * @since 0.1.0
 * @category models
 */
export interface Unsubscribe {
  readonly _tag: "Unsubscribe"
  readonly packetId: number
  readonly filters: ReadonlyArray<string>
  readonly properties?: Properties.UnsubscribeProperties | undefined
}

/**
 * UNSUBACK (section 3.11). The codes exist in 5.0 only.
 *
 * @since 0.1.0
 * @category models
 */
export interface UnsubAck {
  readonly _tag: "UnsubAck"
  readonly packetId: number
  readonly reasonCodes?: ReadonlyArray<number> | undefined
  readonly properties?: Properties.AckProperties | undefined
}

/**
 * PINGREQ (section 3.12).
 *
 * @since 0.1.0
 * @category models
 */
export interface PingReq {
  readonly _tag: "PingReq"
}

/**
 * PINGRESP (section 3.13).
 *
 * @since 0.1.0
 * @category models
 */
export interface PingResp {
  readonly _tag: "PingResp"
}

/**
 * DISCONNECT (section 3.14). In 3.1.1 only a client sends it, without a code.
 *
 * @since 0.1.0
 * @category models
 */
export interface Disconnect {
  readonly _tag: "Disconnect"
  readonly reasonCode?: number | undefined
  readonly properties?: Properties.DisconnectProperties | undefined
}

/**
 * AUTH (section 3.15), 5.0 only: a step of enhanced authentication.
 *
 * @since 0.1.0
 * @category models
 */
export interface Auth {
  readonly _tag: "Auth"
  readonly reasonCode: number
  readonly properties?: Properties.AuthProperties | undefined
}

/**
 * Any control packet.
 *
 * @since 0.1.0
 * @category models
 */
export type Packet =
  | Connect
  | ConnAck
  | Publish
  | PubAck
  | PubRec
  | PubRel
  | PubComp
  | Subscribe
  | SubAck
  | Unsubscribe
  | UnsubAck
  | PingReq
  | PingResp
  | Disconnect
  | Auth

/**
 * The `_tag` of a packet.
 *
 * @since 0.1.0
 * @category models
 */
export type PacketType = Packet["_tag"]

/**
 * The acknowledgements of PUBLISH, which share one shape.
 *
 * @since 0.1.0
 * @category models
 */
export type PublishAck = PubAck | PubRec | PubRel | PubComp

/**
 * Builds a CONNECT: MQTT 5.0, clean start and a keep alive of 60 seconds unless told otherwise.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import { Packet } from "@effect-mqtt/codec"
 *
 * const packet = Packet.connect({ clientId: "sensor-7", properties: { receiveMaximum: 64 } })
 * console.log(packet.keepAlive) // 60
 */
export const connect = (
  fields: { readonly clientId: string } & Partial<Omit<Connect, "_tag" | "clientId" | "protocolName">>
): Connect => ({
  _tag: "Connect",
  protocolName: "MQTT",
  protocolVersion: 5,
  cleanStart: true,
  keepAlive: 60,
  ...fields
})

/**
 * Builds a CONNACK: accepted, without a stored session, unless told otherwise.
 *
 * @since 0.1.0
 * @category constructors
 */
export const connAck = (fields?: Partial<Omit<ConnAck, "_tag">>): ConnAck => ({
  _tag: "ConnAck",
  sessionPresent: false,
  reasonCode: 0,
  ...fields
})

/**
 * Builds a PUBLISH: QoS 0, not retained, not a duplicate, unless told otherwise.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import { Packet } from "@effect-mqtt/codec"
 *
 * const packet = Packet.publish({ topic: "home/kitchen/lamp", payload: new TextEncoder().encode("on") })
 * console.log(packet.qos) // 0
 */
export const publish = (
  fields:
    & { readonly topic: string; readonly payload: Uint8Array }
    & Partial<
      Omit<Publish, "_tag" | "topic" | "payload">
    >
): Publish => ({ _tag: "Publish", dup: false, qos: 0, retain: false, ...fields })

/**
 * Builds a PUBACK. A reason code makes it an MQTT 5.0 one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pubAck = (fields: Omit<PubAck, "_tag">): PubAck => ({ _tag: "PubAck", ...fields })

/**
 * Builds a PUBREC. A reason code makes it an MQTT 5.0 one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pubRec = (fields: Omit<PubRec, "_tag">): PubRec => ({ _tag: "PubRec", ...fields })

/**
 * Builds a PUBREL. A reason code makes it an MQTT 5.0 one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pubRel = (fields: Omit<PubRel, "_tag">): PubRel => ({ _tag: "PubRel", ...fields })

/**
 * Builds a PUBCOMP. A reason code makes it an MQTT 5.0 one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pubComp = (fields: Omit<PubComp, "_tag">): PubComp => ({ _tag: "PubComp", ...fields })

/**
 * Builds a SUBSCRIBE.
 *
 * @since 0.1.0
 * @category constructors
 */
export const subscribe = (fields: Omit<Subscribe, "_tag">): Subscribe => ({ _tag: "Subscribe", ...fields })

/**
 * Builds a SUBACK.
 *
 * @since 0.1.0
 * @category constructors
 */
export const subAck = (fields: Omit<SubAck, "_tag">): SubAck => ({ _tag: "SubAck", ...fields })

/**
 * Builds an UNSUBSCRIBE.
 *
 * @since 0.1.0
 * @category constructors
 */
export const unsubscribe = (fields: Omit<Unsubscribe, "_tag">): Unsubscribe => ({ _tag: "Unsubscribe", ...fields })

/**
 * Builds an UNSUBACK. Reason codes make it an MQTT 5.0 one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const unsubAck = (fields: Omit<UnsubAck, "_tag">): UnsubAck => ({ _tag: "UnsubAck", ...fields })

/**
 * The PINGREQ.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pingReq: PingReq = { _tag: "PingReq" }

/**
 * The PINGRESP.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pingResp: PingResp = { _tag: "PingResp" }

/**
 * Builds a DISCONNECT. A reason code makes it an MQTT 5.0 one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const disconnect = (fields?: Omit<Disconnect, "_tag">): Disconnect => ({ _tag: "Disconnect", ...fields })

/**
 * Builds an AUTH.
 *
 * @since 0.1.0
 * @category constructors
 */
export const auth = (fields: Omit<Auth, "_tag">): Auth => ({ _tag: "Auth", ...fields })
