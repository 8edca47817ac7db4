/**
 * Why bytes were not a packet, or a packet could not become bytes.
 *
 * @since 0.1.0
 */
export * as CodecError from "./CodecError.ts"

/**
 * Bytes to packets, however the bytes were cut.
 *
 * @since 0.1.0
 */
export * as Decoder from "./Decoder.ts"

/**
 * Packets to bytes.
 *
 * @since 0.1.0
 */
export * as Encoder from "./Encoder.ts"

/**
 * The packets of MQTT 3.1.1 and 5.0 as plain readonly objects.
 *
 * @since 0.1.0
 */
export * as Packet from "./Packet.ts"

/**
 * Properties of MQTT 5.0 packets.
 *
 * @since 0.1.0
 */
export * as Properties from "./Properties.ts"

/**
 * The two protocol versions this codec speaks.
 *
 * @since 0.1.0
 */
export * as ProtocolVersion from "./ProtocolVersion.ts"

/**
 * Quality of service levels.
 *
 * @since 0.1.0
 */
export * as QoS from "./QoS.ts"

/**
 * Reason codes of MQTT 5.0 and return codes of MQTT 3.1.1.
 *
 * @since 0.1.0
 */
export * as ReasonCode from "./ReasonCode.ts"

/**
 * Topic names, topic filters and shared subscriptions.
 *
 * @since 0.1.0
 */
export * as Topic from "./Topic.ts"

/**
 * Values by topic filter, found by topic.
 *
 * @since 0.1.0
 */
export * as TopicTrie from "./TopicTrie.ts"
