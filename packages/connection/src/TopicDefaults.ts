/**
 * What holds for every message of a client, or for those of some topics, unless the call says
 * otherwise.
 *
 * @since 0.1.0
 */
import type { QoS } from "@effect-mqtt/codec"
import { Topic } from "@effect-mqtt/codec"
import type * as PayloadCodec from "./PayloadCodec.ts"

/**
 * The settings of one topic, or of all.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  /** Of publishes and of subscriptions. */
  readonly qos?: QoS.QoS | undefined
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
 * entry of `topics` that matches and has it, else from the top, else it is the protocol's: QoS 0, not
 * retained, text. So what is more specific goes further up in the list.
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

const none: ReadonlyArray<TopicSettings> = []

const first = <K extends keyof Settings>(
  defaults: TopicDefaults,
  setting: K,
  isFor: (entry: TopicSettings) => boolean
): Settings[K] => {
  for (const entry of defaults.topics ?? none) if (entry[setting] !== undefined && isFor(entry)) return entry[setting]
  return defaults[setting]
}

/**
 * A setting as it holds for a topic name, if the call does not say otherwise.
 *
 * @example
 * ```ts
 * import { TopicDefaults } from "@effect-mqtt/connection"
 *
 * const defaults: TopicDefaults.TopicDefaults = { qos: 1, topics: [{ filter: "alarm/#", qos: 2 }] }
 * assert.strictEqual(TopicDefaults.ofTopic(defaults, "alarm/fire", "qos"), 2)
 * assert.strictEqual(TopicDefaults.ofTopic(defaults, "lamp", "qos"), 1)
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const ofTopic = <K extends keyof Settings>(defaults: TopicDefaults, topic: string, setting: K): Settings[K] =>
  first(defaults, setting, ({ filter }) => Topic.matches(filter, topic))

/**
 * The QoS to subscribe to a filter with: an entry holds for a filter all of whose topics it matches.
 *
 * @since 0.1.0
 * @category accessors
 */
export const qosOfFilter = (defaults: TopicDefaults, filter: string): QoS.QoS | undefined => {
  const plain = Topic.toShared(filter)?.filter ?? filter
  return first(defaults, "qos", (entry) => covers(entry.filter.split("/"), plain.split("/")))
}

/** Whether every topic of the second filter is one of the first, level by level [5 §4.7.1]. */
const covers = (wide: ReadonlyArray<string>, narrow: ReadonlyArray<string>): boolean => {
  for (const [index, level] of wide.entries()) {
    const other = narrow[index]
    // A wildcard in the first level does not reach topics like $SYS.
    if (index === 0 && /^[+#]$/.test(level) && other?.startsWith("$") === true) return false
    if (level === "#") return true
    if (other === undefined || other === "#" || (level !== "+" && level !== other)) return false
  }
  return wide.length === narrow.length
}
