/** Which of the defaults holds for a topic, and for a filter. */
import type { QoS } from "@effect-mqtt/codec"
import * as Topic from "@effect-mqtt/codec/Topic"
import type { Settings, TopicDefaults, TopicSettings } from "../../../TopicDefaults.ts"

const none: ReadonlyArray<TopicSettings> = []

const first = <K extends keyof Settings>(
  defaults: TopicDefaults,
  setting: K,
  isFor: (entry: TopicSettings) => boolean
): Settings[K] => {
  for (const entry of defaults.topics ?? none) if (entry[setting] !== undefined && isFor(entry)) return entry[setting]
  return defaults[setting]
}

/** A setting as it holds for a topic name, if the call does not say otherwise. */
export const ofTopic = <K extends keyof Settings>(defaults: TopicDefaults, topic: string, setting: K): Settings[K] =>
  first(defaults, setting, ({ filter }) => Topic.matches(filter, topic))

/** The QoS to subscribe to a filter with: an entry holds for a filter all of whose topics it matches. */
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
