/** The kinds of values that options have. */
import * as Topic from "@effect-mqtt/codec/Topic"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import type { Reader } from "./optionSpec.ts"

export const text: Reader<string> = { hint: "text", read: Either.right }

export const path: Reader<string> = { hint: "file", read: Either.right }

/** Wildcards are looked at here, before there is a connection; what else may be wrong is rare, and left to the client. */
export const topicName: Reader<string> = {
  hint: "topic",
  read: (word) =>
    Topic.nameProblem(word) === "WildcardInName"
      ? Either.left("a topic, which has no + and no #")
      : Either.right(word)
}

export const topicFilter: Reader<string> = {
  hint: "filter",
  read: (word) =>
    // The rules of 3.1.1, where $share means nothing, hold in both versions.
    Topic.filterProblem(word, 4) === "WildcardPlacement"
      ? Either.left("a filter, in which + and # fill their levels and # is the last one")
      : Either.right(word)
}

export const integer = (least: number, most: number): Reader<number> => ({
  hint: "number",
  read: (word) => {
    const number = Number(word)
    return /^\d+$/.test(word) && number >= least && number <= most
      ? Either.right(number)
      : Either.left(`a whole number from ${least} to ${most}`)
  }
})

export const oneOf = <A>(hint: string, words: Readonly<Record<string, A>>): Reader<A> => ({
  hint,
  read: (word) => {
    const value = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined
    return value === undefined ? Either.left(`one of ${Object.keys(words).join(", ")}`) : Either.right(value)
  }
})

export const qos: Reader<0 | 1 | 2> = oneOf("0|1|2", { 0: 0, 1: 1, 2: 2 })

/** Mosquitto's words for the versions, and those of others. */
export const version: Reader<4 | 5> = oneOf("5|311", {
  "5": 5,
  "5.0": 5,
  mqttv5: 5,
  "311": 4,
  "3.1.1": 4,
  "4": 4,
  mqttv311: 4
})

export const seconds: Reader<Duration.Duration> = {
  hint: "seconds",
  read: (word) => {
    const number = Number(word)
    return /^\d+(\.\d+)?$/.test(word) && Number.isFinite(number)
      ? Either.right(Duration.millis(Math.round(number * 1000)))
      : Either.left("a number of seconds")
  }
}

export const milliseconds: Reader<Duration.Duration> = {
  hint: "milliseconds",
  read: (word) => /^\d{1,12}$/.test(word) ? Either.right(Duration.millis(Number(word))) : Either.left("milliseconds")
}

/** Seconds, or `never` (`-1` and `4294967295` in Mosquitto's words): the session does not expire. */
export const expiry: Reader<Duration.Duration> = {
  hint: "seconds|never",
  read: (word) => {
    if (["never", "-1", "∞", "4294967295"].includes(word)) return Either.right(Duration.infinity)
    return /^\d{1,10}$/.test(word) && Number(word) < 0xffffffff
      ? Either.right(Duration.seconds(Number(word)))
      : Either.left("a number of seconds, or never")
  }
}

const pair = (separator: RegExp, hint: string): Reader<readonly [string, string]> => ({
  hint,
  read: (word) => {
    const match = separator.exec(word)
    return match === null
      ? Either.left(`written as ${hint}`)
      : Either.right([word.slice(0, match.index), word.slice(match.index + match[0].length)])
  }
})

export const userProperty = pair(/[=:]/, "key=value")

export const header = pair(/:\s*/, "Name: value")
