/**
 * Where a server listens: a parsed MQTT URL.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { ConnectError } from "./MqttError.ts"

/**
 * The URL schemes of MQTT endpoints.
 *
 * @since 0.1.0
 * @category models
 */
export type Scheme = "mqtt" | "mqtts" | "ws" | "wss" | "unix"

/**
 * A parsed endpoint. `path` is the WebSocket path, or the socket's path for `unix`; otherwise it is
 * empty. An IPv6 `host` carries no brackets.
 *
 * @since 0.1.0
 * @category models
 */
export interface Endpoint {
  readonly scheme: Scheme
  readonly host: string
  readonly port: number
  readonly path: string
}

const defaultPorts: Record<Scheme, number> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443, unix: 0 }

const schemes: Record<string, Scheme> = {
  "mqtt:": "mqtt",
  "tcp:": "mqtt",
  "mqtts:": "mqtts",
  "ssl:": "mqtts",
  "tls:": "mqtts",
  "ws:": "ws",
  "wss:": "wss",
  "unix:": "unix"
}

/**
 * Parses an MQTT URL. `tcp` means `mqtt`, `ssl` and `tls` mean `mqtts`. A missing port is the
 * scheme's default (1883, 8883, 80, 443), a missing WebSocket path is `/mqtt`.
 *
 * Credentials in the URL are refused: they would end up in logs and process lists.
 *
 * @example
 * ```ts
 * import { Endpoint } from "@effect-mqtt/connection"
 * import { Either } from "effect"
 *
 * assert.deepStrictEqual(
 *   Endpoint.parse("mqtt://localhost"),
 *   Either.right({ scheme: "mqtt", host: "localhost", port: 1883, path: "" } as const)
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (url: string): Either.Either<Endpoint, ConnectError> => {
  const parsed = parseUrl(url)
  if (parsed === undefined) return invalid("the URL cannot be parsed; it is like mqtt://host:1883")
  const scheme = schemes[parsed.protocol]
  if (scheme === undefined) {
    return invalid(`the URL scheme "${parsed.protocol.slice(0, -1)}" is not known; a URL is like mqtt://host:1883`)
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return invalid("credentials belong in the options, not in the URL")
  }
  if (scheme === "unix") {
    const path = decodePath(parsed.pathname)
    return path === undefined || path === "" || parsed.hostname !== ""
      ? invalid("a unix URL needs the absolute path of the socket after unix://")
      : Either.right({ scheme, host: "", port: 0, path })
  }
  // Only of a scheme that it knows does `URL` put a name into the form that is looked up: `bücher.example`, `EXAMPLE.org`.
  const host = parseUrl(`ws://${parsed.hostname}`)?.hostname
  if (host === undefined) return invalid("the URL has no valid host")
  const webSocket = scheme === "ws" || scheme === "wss"
  return Either.right({
    scheme,
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? defaultPorts[scheme] : Number(parsed.port),
    path: webSocket
      ? (parsed.pathname === "" || parsed.pathname === "/" ? "/mqtt" : parsed.pathname) + parsed.search
      : ""
  })
}

/**
 * The endpoint as a URL, for people to read.
 *
 * @since 0.1.0
 * @category encoding
 */
export const format = (endpoint: Endpoint): string =>
  endpoint.scheme === "unix"
    ? `unix://${endpoint.path}`
    : `${endpoint.scheme}://${
      endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host
    }:${endpoint.port}${endpoint.path}`

const parseUrl = (url: string): URL | undefined => {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}

const decodePath = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

const invalid = (why: string): Either.Either<never, ConnectError> =>
  Either.left(new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: new Error(why) }))
