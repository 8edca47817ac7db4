/** Where the broker is, out of a URL or of host, port and scheme by themselves. */
import * as Either from "effect/Either"
import type { CommandError } from "../command/commandError.ts"
import type { ConnectionValues } from "./connectionTable.ts"
import { usage } from "./mqttFailure.ts"

export interface Place {
  /** Without credentials and topic, as the transport takes it. */
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly topic?: string | undefined
}

type Words = Pick<
  ConnectionValues,
  "url" | "host" | "port" | "unix" | "ws" | "wsPath" | "tls" | "caFile" | "caPath" | "cert" | "key" | "insecure"
>

const urlAdvice = "It looks like mqtt://user:password@host:1883/topic."

const decoded = (text: string): Either.Either<string | undefined, CommandError> =>
  text === "" ? Either.right(undefined) : Either.try({
    try: () => decodeURIComponent(text),
    catch: () =>
      usage("The URL has a % that does not begin an encoded character", "Write a percent sign itself as %25.")
  })

/** Mosquitto's form has the topic where other URLs have a path; a WebSocket URL has its path there. */
const fromUrl = (text: string): Either.Either<Place, CommandError> =>
  Either.gen(function*() {
    const url = yield* Either.try({
      try: () => new URL(text),
      catch: () => usage("The URL cannot be read", urlAdvice)
    })
    const hasTopic = /^(mqtts?|tcp|ssl|tls):$/.test(url.protocol)
    if (!hasTopic && !/^(wss?|unix):$/.test(url.protocol)) {
      return yield* Either.left(usage(`${url.protocol} is not the beginning of a URL of a broker`, urlAdvice))
    }
    const username = yield* decoded(url.username)
    const password = yield* decoded(url.password)
    url.username = ""
    url.password = ""
    if (!hasTopic) return { url: url.href, username, password }
    // Not as URL has it: there a "?" begins a query, a final "#" is nothing, and ".." goes up.
    const topic = yield* decoded(text.replace(/^[^/]*\/\/[^/]*\/?/, ""))
    return { url: `${url.protocol}//${url.host}`, username, password, topic }
  })

/** Any option about TLS asks for TLS, as in mosquitto. */
export const isSecure = (words: Words): boolean =>
  words.tls || words.insecure || [words.caFile, words.caPath, words.cert, words.key].some((path) => path !== undefined)

export const read = (words: Words, fallback: string | undefined): Either.Either<Place, CommandError> => {
  const { host, port, unix } = words
  if (words.url !== undefined) {
    return host !== undefined || port !== undefined || unix !== undefined
      ? Either.left(usage("--url already says where the broker is", "Leave out --host, --port and --unix."))
      : fromUrl(words.url)
  }
  if (unix !== undefined) return Either.right({ url: `unix://${unix.split("/").map(encodeURIComponent).join("/")}` })
  if (host === undefined && port === undefined && fallback !== undefined) return fromUrl(fallback)
  const name = host ?? "localhost"
  const isWebSocket = words.ws || words.wsPath !== undefined
  const scheme = isWebSocket ? (isSecure(words) ? "wss" : "ws") : isSecure(words) ? "mqtts" : "mqtt"
  const authority = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name
  const path = isWebSocket ? words.wsPath ?? "/mqtt" : ""
  return Either.right({ url: `${scheme}://${authority}${port === undefined ? "" : `:${port}`}${path}` })
}
