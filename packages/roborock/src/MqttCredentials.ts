/**
 * Broker address, credentials and topics of an account, computed from the `rriot` block of the login answer.
 *
 * @since 0.1.0
 */
import { md5 } from "@noble/hashes/legacy.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/**
 * The fields of `rriot` that MQTT needs: user id, session, MQTT key and the broker address in `r.m`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rriot {
  readonly u: string
  readonly s: Redacted.Redacted
  readonly k: Redacted.Redacted
  readonly r: { readonly m: string }
}

/**
 * How to reach the broker, and the user part of every topic.
 *
 * @since 0.1.0
 * @category models
 */
export interface MqttCredentials {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** The address as MQTT clients write it: `mqtts://host:port`, or `mqtt://host:port` without TLS. */
  readonly url: string
  readonly username: string
  readonly password: Redacted.Redacted
  /** The user id: a level of every topic. */
  readonly userId: string
}

/**
 * A topic taken apart. `direction` is seen from the device: `in` carries requests to it, `out` what it sends.
 *
 * @since 0.1.0
 * @category models
 */
export interface ParsedTopic {
  readonly direction: "in" | "out"
  readonly userId: string
  readonly username: string
  readonly duid: string
}

/**
 * The broker address of the account cannot be used: no scheme `ssl` or `tcp`, no host, or no port.
 *
 * @since 0.1.0
 * @category errors
 */
export class MqttCredentialsError extends Data.TaggedError("MqttCredentialsError")<{
  readonly reason: "InvalidMqttUrl"
  readonly url: string
}> {
  override get message(): string {
    return `The account's MQTT address is not scheme://host:port: ${this.url}`
  }
}

const address = /^(ssl|tls|mqtts|tcp|mqtt):\/\/(\[[0-9a-fA-F:.]+\]|[^\s:/?#@[\]]+):(\d{1,5})\/?$/

const md5Hex = (text: string): string => bytesToHex(md5(utf8ToBytes(text)))

/**
 * Computes the credentials (PROTOCOL 2). `ssl` means TLS, `tcp` plain; a missing port is an error.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (rriot: Rriot): Either.Either<MqttCredentials, MqttCredentialsError> => {
  const parts = address.exec(rriot.r.m)
  const [, scheme, host] = parts ?? []
  const port = Number(parts?.[3])
  if (scheme === undefined || host === undefined || !(port >= 1 && port <= 65535)) {
    return Either.left(new MqttCredentialsError({ reason: "InvalidMqttUrl", url: rriot.r.m }))
  }
  const tls = scheme === "ssl" || scheme === "tls" || scheme === "mqtts"
  return Either.right({
    host,
    port,
    tls,
    url: `${tls ? "mqtts" : "mqtt"}://${host}:${port}`,
    username: md5Hex(`${rriot.u}:${Redacted.value(rriot.k)}`).slice(2, 10),
    password: Redacted.make(md5Hex(`${Redacted.value(rriot.s)}:${Redacted.value(rriot.k)}`).slice(16, 32)),
    userId: rriot.u
  })
}

/** What the topics need; the simulated cloud knows it without the broker address. */
type TopicOwner = Pick<MqttCredentials, "userId" | "username">

/**
 * The topic that carries requests to a device. Clients publish to it, the device subscribes to it.
 *
 * @since 0.1.0
 * @category topics
 */
export const requestTopic = (owner: TopicOwner, duid: string): string =>
  `rr/m/i/${owner.userId}/${owner.username}/${duid}`

/**
 * The topic of what a device sends. Clients subscribe to it, the device publishes to it.
 *
 * @since 0.1.0
 * @category topics
 */
export const responseTopic = (owner: TopicOwner, duid: string): string =>
  `rr/m/o/${owner.userId}/${owner.username}/${duid}`

/**
 * The filter for what all devices of the account send.
 *
 * @since 0.1.0
 * @category topics
 */
export const responseFilter = (owner: TopicOwner): string => `rr/m/o/${owner.userId}/${owner.username}/#`

/**
 * Takes a topic apart; `undefined` for topics of another shape.
 *
 * @since 0.1.0
 * @category topics
 */
export const parseTopic = (topic: string): ParsedTopic | undefined => {
  const [root, kind, way, userId, username, duid, ...more] = topic.split("/")
  if (root !== "rr" || kind !== "m" || (way !== "i" && way !== "o") || more.length > 0) return undefined
  if (userId === undefined || username === undefined || duid === undefined || duid === "") return undefined
  return { direction: way === "i" ? "in" : "out", userId, username, duid }
}
