/**
 * Topic names and topic filters (section 4.7) and shared subscriptions (section 4.8.2).
 *
 * @since 0.1.0
 */
import type * as Brand from "effect/Brand"
import * as Either from "effect/Either"
import { TaggedError } from "./internal/taggedError.ts"
import { encodedLength } from "./internal/utf8.ts"
import type { ProtocolVersion } from "./ProtocolVersion.ts"

/**
 * A topic that a message may be published to: 1 to 65 535 bytes of UTF-8 without wildcards or U+0000.
 *
 * @since 0.1.0
 * @category models
 */
export type TopicName = string & Brand.Brand<"@effect-mqtt/codec/TopicName">

/**
 * What a subscription asks for: a topic in which `+` stands for one level and a last `#` for all that follow.
 *
 * @since 0.1.0
 * @category models
 */
export type TopicFilter = string & Brand.Brand<"@effect-mqtt/codec/TopicFilter">

/**
 * A filter of the form `$share/{group}/{filter}`, taken apart.
 *
 * @since 0.1.0
 * @category models
 */
export interface SharedFilter {
  readonly group: string
  readonly filter: TopicFilter
}

/**
 * Why a string is not a topic name or a topic filter.
 *
 * @since 0.1.0
 * @category models
 */
export type InvalidReason =
  | "Empty"
  | "TooLong"
  | "NullCharacter"
  | "IllFormedText"
  | "WildcardInName"
  | "WildcardPlacement"
  | "SharedSubscription"

const explanations: Readonly<Record<InvalidReason, string>> = {
  Empty: "it is empty",
  TooLong: "it takes more than 65535 bytes of UTF-8",
  NullCharacter: "it contains U+0000",
  IllFormedText: "it contains half of a surrogate pair",
  WildcardInName: "it contains a wildcard",
  WildcardPlacement: "a wildcard must fill its level, and # must be the last one",
  SharedSubscription: "a shared subscription is $share/{group}/{filter}, with a group free of wildcards"
}

/**
 * A string that is not a topic name, or not a topic filter.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidTopic extends TaggedError("InvalidTopic")<{
  readonly kind: "name" | "filter"
  readonly topic: string
  readonly reason: InvalidReason
}> {
  override get message(): string {
    return `Not a topic ${this.kind}: ${explanations[this.reason]}`
  }
}

const textProblem = (topic: string): InvalidReason | undefined => {
  if (topic.length === 0) return "Empty"
  const length = encodedLength(topic)
  if (length < 0) return "IllFormedText"
  if (length > 0xffff) return "TooLong"
  if (topic.includes("\0")) return "NullCharacter"
  return undefined
}

/** A wildcard fills its level, and # ends the filter [MQTT-4.7.1-1, 4.7.1-2]. */
const wildcardsInPlace = (filter: string, from: number): boolean => {
  for (let index = from; index < filter.length; index++) {
    const unit = filter.charCodeAt(index)
    if (unit !== 0x2b && unit !== 0x23) continue
    if (index > from && filter.charCodeAt(index - 1) !== 0x2f) return false
    const last = index === filter.length - 1
    if (unit === 0x23 ? !last : !last && filter.charCodeAt(index + 1) !== 0x2f) return false
  }
  return true
}

const sharePrefix = "$share/"

/** Where the filter of a shared subscription begins, or -1 where it is not well formed [MQTT-4.8.2-1, 4.8.2-2]. */
const sharedFilterStart = (filter: string): number => {
  const slash = filter.indexOf("/", sharePrefix.length)
  if (slash <= sharePrefix.length || slash === filter.length - 1) return -1
  const wildcard = filter.slice(sharePrefix.length, slash).search(/[+#]/)
  return wildcard === -1 ? slash + 1 : -1
}

/**
 * Why a string is not a topic name, or `undefined` where it is one.
 *
 * @since 0.1.0
 * @category guards
 */
export const nameProblem = (topic: string): InvalidReason | undefined =>
  textProblem(topic) ?? (topic.includes("+") || topic.includes("#") ? "WildcardInName" : undefined)

/**
 * Why a string is not a topic filter, of 5.0 unless told otherwise, or `undefined` where it is one. In 3.1.1, which knows no
 * shared subscriptions, a filter that begins with `$share/` is like any other.
 *
 * @since 0.1.0
 * @category guards
 */
export const filterProblem = (filter: string, version: ProtocolVersion = 5): InvalidReason | undefined => {
  const problem = textProblem(filter)
  if (problem !== undefined) return problem
  const start = version === 5 && filter.startsWith(sharePrefix) ? sharedFilterStart(filter) : 0
  if (start === -1) return "SharedSubscription"
  return wildcardsInPlace(filter, start) ? undefined : "WildcardPlacement"
}

/**
 * Tells whether a string is a topic name.
 *
 * @since 0.1.0
 * @category guards
 */
export const isName = (topic: string): topic is TopicName => nameProblem(topic) === undefined

/**
 * Tells whether a string is a topic filter.
 *
 * @since 0.1.0
 * @category guards
 */
export const isFilter = (filter: string): filter is TopicFilter => filterProblem(filter) === undefined

/**
 * Checks a topic name.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import { Topic } from "@effect-mqtt/codec"
 * import { Either } from "effect"
 *
 * console.log(Either.isRight(Topic.name("home/kitchen/lamp"))) // true
 * console.log(Either.isRight(Topic.name("home/+/lamp"))) // false
 */
export const name = (topic: string): Either.Either<TopicName, InvalidTopic> => {
  if (isName(topic)) return Either.right(topic)
  return Either.left(new InvalidTopic({ kind: "name", topic, reason: nameProblem(topic) ?? "Empty" }))
}

/**
 * Checks a topic filter.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import { Topic } from "@effect-mqtt/codec"
 * import { Either } from "effect"
 *
 * console.log(Either.isRight(Topic.filter("home/+/lamp"))) // true
 * console.log(Either.isRight(Topic.filter("home/#/lamp"))) // false
 */
export const filter = (text: string): Either.Either<TopicFilter, InvalidTopic> => {
  if (isFilter(text)) return Either.right(text)
  return Either.left(new InvalidTopic({ kind: "filter", topic: text, reason: filterProblem(text) ?? "Empty" }))
}

/**
 * Takes a shared subscription apart; `undefined` for a filter that is not shared, or not well formed.
 *
 * @since 0.1.0
 * @category combinators
 */
export const toShared = (text: string): SharedFilter | undefined => {
  if (!text.startsWith(sharePrefix)) return undefined
  const start = sharedFilterStart(text)
  if (start === -1) return undefined
  const inner = text.slice(start)
  // The part behind the group is a plain filter even where it begins with $share once more.
  if (!wildcardsInPlace(inner, 0)) return undefined
  return { group: text.slice(sharePrefix.length, start - 1), filter: inner as TopicFilter } // checked just above
}

/**
 * Tells whether a topic filter covers a topic name, by the rules of section 4.7: a filter that begins with a wildcard
 * covers no topic that begins with `$`. Of a shared subscription, the part behind the group counts. Both are assumed to be
 * valid; an invalid filter covers nothing that it does not spell out.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import { Topic } from "@effect-mqtt/codec"
 *
 * console.log(Topic.matches("sport/+/player1", "sport/tennis/player1")) // true
 * console.log(Topic.matches("sport/#", "sport")) // true
 * console.log(Topic.matches("#", "$SYS/uptime")) // false
 * console.log(Topic.matches("$share/workers/jobs/#", "jobs/7")) // true
 */
export const matches = (filter: string, topic: string): boolean => {
  let at = 0
  if (filter.startsWith(sharePrefix)) {
    at = sharedFilterStart(filter)
    if (at === -1) return false
  }
  const first = filter.charCodeAt(at)
  if (topic.charCodeAt(0) === 0x24 && (first === 0x2b || first === 0x23)) return false
  let position = 0
  for (;;) {
    if (filter.charCodeAt(at) === 0x23 && at === filter.length - 1) return true
    const filterEnd = levelEnd(filter, at)
    const topicEnd = levelEnd(topic, position)
    const anyLevel = filterEnd === at + 1 && filter.charCodeAt(at) === 0x2b
    if (!anyLevel && filter.slice(at, filterEnd) !== topic.slice(position, topicEnd)) return false
    if (topicEnd === topic.length) {
      // "a/#" covers "a" itself: # includes the parent level (section 4.7.1.2).
      return filterEnd === filter.length || (filterEnd === filter.length - 2 && filter.endsWith("/#"))
    }
    if (filterEnd === filter.length) return false
    at = filterEnd + 1
    position = topicEnd + 1
  }
}

const levelEnd = (text: string, from: number): number => {
  const slash = text.indexOf("/", from)
  return slash === -1 ? text.length : slash
}
