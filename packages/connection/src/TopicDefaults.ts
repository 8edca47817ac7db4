/**
 * What holds for every message of a client, or for those of some topics, unless the call says
 * otherwise.
 *
 * @since 0.1.0
 */
import type { QoS } from "./Message.ts"
import type * as PayloadCodec from "./PayloadCodec.ts"

/**
 * The settings of one topic, or of all.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  /** Of publishes and of subscriptions. */
  readonly qos?: QoS | undefined
  /** Of publishes. */
  readonly retain?: boolean | undefined
  /** Of `publishValue` without a codec. */
  readonly codec?: PayloadCodec.Any | undefined
}

/**
 * The settings of the topics that a filter matches.
 *
 * @since 0.1.0
 * @category models
 */
export interface TopicSettings extends Settings {
  readonly filter: string
}

/**
 * Settings for all topics, and for some. Each setting is taken from the call, else from the first
 * entry of `topics` that matches and has it, else from this object, else it is the default: QoS 0, not
 * retained, text. So put more specific filters further up in the list.
 *
 * @example
 * ```ts
 * import { PayloadCodec } from "@effect-mqtt/connection"
 * import type { TopicDefaults } from "@effect-mqtt/connection"
 *
 * const codecs = {
 *   relay: PayloadCodec.boolean({ on: "ON", off: "OFF" }),
 *   degrees: PayloadCodec.number
 * }
 *
 * export const defaults: TopicDefaults.TopicDefaults = {
 *   qos: 1,
 *   topics: [
 *     { filter: "home/+/lamp", retain: true, codec: codecs.relay },
 *     { filter: "home/#", codec: codecs.degrees }
 *   ]
 * }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface TopicDefaults extends Settings {
  readonly topics?: ReadonlyArray<TopicSettings> | undefined
}
