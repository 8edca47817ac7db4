/**
 * Opening a wire through a proxy: from a wire to the proxy these make a wire to the server; TLS and
 * WebSocket come on top.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Redacted from "effect/Redacted"
import * as ipAddress from "./internal/transport/ipAddress.ts"
import * as readers from "./internal/transport/reader.ts"
import { TransportError } from "./MqttError.ts"
import type { Wire } from "./Wire.ts"

/**
 * Where the proxy is asked to connect to, and who asks. The proxy resolves the host name.
 *
 * @since 0.1.0
 * @category models
 */
export interface Target {
  readonly host: string
  readonly port: number
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
}

/**
 * Asks an HTTP proxy for a tunnel (`CONNECT`, RFC 9110 section 9.3.6; credentials as Basic). Fails
 * with `ProxyDenied` for status 407, `ProxyRefused` for any other than 2xx.
 *
 * @since 0.1.0
 * @category combinators
 */
export const httpConnect: {
  (target: Target): (wire: Wire) => Effect.Effect<Wire, TransportError>
  (wire: Wire, target: Target): Effect.Effect<Wire, TransportError>
} = /*#__PURE__*/ dual(2, (wire: Wire, target: Target): Effect.Effect<Wire, TransportError> =>
  Effect.gen(function*() {
    const authority = `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`
    if (/[\s\u0000-\u001f]/.test(authority)) return yield* refused("the host cannot be named to the proxy")
    yield* wire.write([utf8(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials(target)}\r\n`)])
    const reader = readers.make(wire)
    const status = yield* finalStatus(reader)
    if (status === undefined) return yield* refused("it does not speak HTTP")
    if (status === "407") return yield* denied("it asks for credentials (HTTP status 407)")
    return status.startsWith("2") ? reader.rest() : yield* refused(`it answered with HTTP status ${status}`)
  }))

/**
 * Asks a SOCKS5 proxy for a connection (RFC 1928; user name and password by RFC 1929). Fails with
 * `ProxyDenied` when it refuses the credentials, `ProxyRefused` when it does not connect.
 *
 * @since 0.1.0
 * @category combinators
 */
export const socks5: {
  (target: Target): (wire: Wire) => Effect.Effect<Wire, TransportError>
  (wire: Wire, target: Target): Effect.Effect<Wire, TransportError>
} = /*#__PURE__*/ dual(2, (wire: Wire, target: Target): Effect.Effect<Wire, TransportError> =>
  Effect.gen(function*() {
    const reader = readers.make(wire)
    const take = (count: number) => Effect.mapError(reader.take(count), broken)
    yield* wire.write([Uint8Array.from(target.username === undefined ? [5, 1, 0] : [5, 2, 0, 2])])
    const [version, method] = yield* take(2)
    if (version !== 5) return yield* refused("it does not speak SOCKS5")
    if (method === 2 && target.username !== undefined) {
      const username = utf8(target.username)
      const password = utf8(target.password === undefined ? "" : Redacted.value(target.password))
      if (username.length > 255 || password.length > 255) return yield* denied("the credentials are too long")
      yield* wire.write([Uint8Array.from([1, username.length, ...username, password.length, ...password])])
      if ((yield* take(2))[1] !== 0) return yield* denied("user name or password is wrong")
    } else if (method !== 0) {
      return yield* denied("it accepts no way of authentication that is offered")
    }
    const address = yield* addressOf(target.host)
    yield* wire.write([Uint8Array.from([5, 1, 0, ...address, target.port >> 8, target.port & 0xff])])
    const [replyVersion, reply = 1, , kind = 0] = yield* take(4)
    if (replyVersion !== 5) return yield* refused("it does not speak SOCKS5")
    if (reply !== 0) return yield* refused(socksReplies[reply] ?? `it answered with code ${reply}`)
    const boundBytes = kind === 3 ? (yield* take(1))[0] : addressBytes[kind]
    if (boundBytes === undefined) return yield* refused(`it answered with an address of kind ${kind}`)
    yield* take(boundBytes + 2)
    return reader.rest()
  }))

/** RFC 1928 section 5: an address with its type in front. */
const addressOf = (host: string): Effect.Effect<ReadonlyArray<number>, TransportError> => {
  const ip = ipAddress.parse(host)
  if (ip !== undefined) return Effect.succeed([ip.length === 4 ? 1 : 4, ...ip])
  const name = utf8(host)
  return name.length > 255 ? refused("the host name is too long") : Effect.succeed([3, name.length, ...name])
}

/** Of the kinds of address that have always the same length. */
const addressBytes: Record<number, number> = { 1: 4, 4: 16 }

const socksReplies: Record<number, string> = {
  1: "it failed for a reason of its own",
  2: "its rules do not allow this connection",
  3: "it cannot reach the network",
  4: "it cannot reach the host",
  5: "the server refused its connection",
  6: "its connection took too long",
  7: "it does not know the command",
  8: "it does not know this kind of address"
}

/** Answers of 1xx come before the last one (RFC 9110 section 15.2); 101 is the last one, and nobody has asked for it. */
const finalStatus = (reader: readers.Reader): Effect.Effect<string | undefined, TransportError> =>
  Effect.flatMap(Effect.mapError(reader.takeHead, broken), (head) => {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
    return status?.startsWith("1") === true && status !== "101" ? finalStatus(reader) : Effect.succeed(status)
  })

const credentials = ({ password, username }: Target): string => {
  if (username === undefined) return ""
  const pair = utf8(`${username}:${password === undefined ? "" : Redacted.value(password)}`)
  return `Proxy-Authorization: Basic ${btoa(String.fromCharCode(...pair))}\r\n`
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const refused = (why: string) => Effect.fail(new TransportError({ reason: "ProxyRefused", cause: new Error(why) }))

const denied = (why: string) => Effect.fail(new TransportError({ reason: "ProxyDenied", cause: new Error(why) }))

/** A proxy that hangs up instead of answering refuses, too. */
const broken = (error: TransportError): TransportError =>
  error.reason === "Closed"
    ? new TransportError({ reason: "ProxyRefused", cause: new Error("it closed the connection") })
    : error
