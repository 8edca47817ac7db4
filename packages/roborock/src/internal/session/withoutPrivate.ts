import * as Either from "effect/Either"
import * as RegularExpression from "effect/RegExp"
import { shownText } from "../shownText.ts"
import { isRecord, parseJson } from "../v1/json.ts"

/** What tells who and where somebody is, by the names that devices give it, in snake case. */
const privateName = new RegExp(
  "(^|_)(sn|mac|ip|did|duid|lat|lon|lng|uid|rruid|uuid|psk|pwd|pin|city|country|tz)(_|\\d|$)"
    + "|^ip|serial|ssid|wifi|addr|key|token|secret|passw|owner|user|mail|phone|name|location|time_?zone|latitude|longitude"
    + "|host"
)

const isPrivate = (name: string): boolean =>
  privateName.test(name.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase())

const addresses = [
  /\b(\d{1,3}\.){3}\d{1,3}\b/g,
  /\b([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi,
  // A MAC address without separators: with a letter, else it may as well be a number.
  /\b(?=\d*[a-f])[0-9a-f]{12}\b/gi,
  /(?<![0-9a-f:])([0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b|\b[0-9a-f]{1,4}::[0-9a-f:]*/gi,
  /\S+@\S+/g,
  // Keys, identifiers, pictures.
  /[a-z\d+/=]{24,}/gi
]

const label = /\w+(?=["']?\s*[:=])/g

const replacement = "<private>"
const maxText = 200
const maxMembers = 200
const maxDepth = 8

/** Names as short as "A1" are in too many words, and tell nobody anything. */
const minKnown = 3

const withheld = (text: string): string => `<text of ${text.length} characters>`

/** One line of bounded length. */
export const boundedText = (text: string): string => text.length > maxText ? withheld(text) : shownText(text)

/**
 * What a device tells, without what is nobody's business: by how it is labelled, by how it looks, and what is `known` to be
 * a name, a number or a key of these people. Cut where it is endless.
 */
export const withoutPrivate = (known: Iterable<string>): (value: unknown) => unknown => {
  const words = [...known].map((word) => word.trim()).filter(({ length }) => length >= minKnown && length <= maxText)
  // Of two that begin alike, the longer one.
  const alternatives = [...new Set(words)].sort((a, b) => b.length - a.length).map(RegularExpression.escape)
  const patterns = alternatives.length === 0
    ? addresses
    : [new RegExp(alternatives.join("|"), "gi"), ...addresses]

  const plain = (value: string): string =>
    patterns.reduce((rest, pattern) => rest.replaceAll(pattern, replacement), boundedText(value))

  const text = (value: string, depth: number): unknown => {
    // Devices put JSON into texts, and texts with JSON into those. Of what is broken nobody can say what it holds.
    if (/^\s*[[{"]/.test(value)) {
      return Either.match(parseJson(value), {
        onLeft: () => withheld(value),
        onRight: (json) => cleaned(json, depth + 1)
      })
    }
    const labels = value.length > maxText ? [] : value.match(label) ?? []
    return labels.some(isPrivate) ? replacement : plain(value)
  }

  const cleaned = (value: unknown, depth: number): unknown => {
    if (depth > maxDepth) return "<deeper>"
    if (typeof value === "string") return text(value, depth)
    if (Array.isArray(value)) return value.slice(0, maxMembers).map((member) => cleaned(member, depth + 1))
    return isRecord(value)
      ? Object.fromEntries(
        Object.entries(value).slice(0, maxMembers).map(([name, member]) => [
          plain(name),
          isPrivate(name) ? replacement : cleaned(member, depth + 1)
        ])
      )
      : value
  }

  return (value) => cleaned(value, 0)
}
