import * as Either from "effect/Either"
import { shownText } from "../shownText.ts"
import { isRecord, parseJson } from "../v1/json.ts"

/** What tells who and where somebody is, by the names that devices give it. */
const privateName =
  /^(sn|mac|ip|did|duid|lat|lon|uid|rruid)$|serial|ssid|wifi|^ip|addr|mac_|_mac|key|token|secret|passw|owner|user|mail|phone|name|location/i

const address = /\b(\d{1,3}\.){3}\d{1,3}\b|\b([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\S+@\S+/gi

const replacement = "<private>"
const maxText = 200
const maxMembers = 200
const maxDepth = 8

const text = (value: string, depth: number): unknown => {
  // Devices put JSON into texts.
  const json = /^\s*[[{]/.test(value) ? Either.getOrUndefined(parseJson(value)) : undefined
  if (json !== undefined) return cleaned(json, depth + 1)
  return value.length > maxText
    ? `<text of ${value.length} characters>`
    : shownText(value).replaceAll(address, replacement)
}

const cleaned = (value: unknown, depth: number): unknown => {
  if (typeof value === "string") return text(value, depth)
  if (typeof value !== "object" || value === null) return value
  if (depth > maxDepth) return "<deeper>"
  if (Array.isArray(value)) return value.slice(0, maxMembers).map((member) => cleaned(member, depth + 1))
  return isRecord(value)
    ? Object.fromEntries(
      Object.entries(value).slice(0, maxMembers).map(([name, member]) => [
        name,
        privateName.test(name) ? replacement : cleaned(member, depth + 1)
      ])
    )
    : replacement
}

/** What a device tells, without what is nobody's business; cut where it is endless. */
export const withoutPrivate = (value: unknown): unknown => cleaned(value, 0)
