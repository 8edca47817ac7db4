/** The options of a command, as the options of a client and its transport. */
import type { Properties } from "@effect-mqtt/codec"
import type { ConnectionOptions, MqttClient } from "@effect-mqtt/connection"
import { Authentication, Reconnect } from "@effect-mqtt/connection"
import type { NodeTransportOptions } from "@effect-mqtt/connection/node"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { CommandError } from "../command/commandError.ts"
import * as setting from "../command/setting.ts"
import type { ConnectionValues } from "./connectionTable.ts"
import * as endpoints from "./endpointWords.ts"
import { merge } from "./messageOptions.ts"
import { usage } from "./mqttFailure.ts"
import * as passwords from "./password.ts"
import * as propertyWords from "./propertyWords.ts"
import * as tlsFiles from "./tlsFiles.ts"

export interface Settings {
  readonly client: MqttClient.Options & { readonly url: string; readonly clientId: string }
  readonly transport: NodeTransportOptions.Options
  /** The folder of the session, if it is to be kept. */
  readonly sessionFolder: string | undefined
  /** The topic of the URL. */
  readonly topic: string | undefined
  /** Whether to log what goes over the wire. */
  readonly showsBytes: boolean
  readonly version: 4 | 5
  /** Properties of what is published, by `-D publish`. */
  readonly publish: propertyWords.Given["publish"]
  /** User properties of what is subscribed to, by `-D subscribe`. */
  readonly subscribe: ReadonlyArray<Properties.UserProperty>
}

const randomId = (prefix: string) =>
  Effect.map(
    Effect.replicateEffect(Random.nextIntBetween(0, 36), 12),
    (digits) => prefix + digits.map((digit) => digit.toString(36)).join("")
  )

const proxyOf = (text: string): Either.Either<NodeTransportOptions.ProxyOptions, CommandError> =>
  Either.try({
    try: () => new URL(text),
    catch: () => usage("--proxy is not a URL", "It looks like socks5h://host:1080 or http://host:3128.")
  }).pipe(Either.flatMap((url) => {
    const protocol = /^socks5h?:$/.test(url.protocol) ? "socks5" : url.protocol === "http:" ? "http" : undefined
    if (protocol === undefined || url.hostname === "") {
      return Either.left(usage("--proxy takes only socks5h:// and http://"))
    }
    return Either.right({
      protocol,
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? (protocol === "socks5" ? 1080 : 80) : Number(url.port),
      ...(url.username === "" ? {} : {
        username: decodeURIComponent(url.username),
        password: Redacted.make(decodeURIComponent(url.password))
      })
    })
  }))

const willOf = (
  values: ConnectionValues,
  given: propertyWords.Given["will"]
): Either.Either<ConnectionOptions.Will | undefined, CommandError> => {
  const properties = merge({
    expiry: values.willExpiry,
    contentType: values.willContentType,
    responseTopic: values.willResponseTopic,
    correlation: values.willCorrelation,
    isText: values.willIsText,
    userProperties: values.willUserProperties
  }, {
    ...given,
    ...(values.willDelay === undefined ? {} : { willDelayInterval: values.willDelay })
  })
  const { willPayload, willQos, willRetain, willTopic } = values
  if (willTopic === undefined) {
    return willPayload === undefined && willQos === undefined && !willRetain && properties === undefined
      ? Either.right(undefined)
      : Either.left(usage("A will needs --will-topic"))
  }
  return Either.right({ topic: willTopic, payload: willPayload ?? "", qos: willQos, retain: willRetain, properties })
}

const reconnectOf = (values: ConnectionValues, usual: Reconnect.Reconnect): Reconnect.Reconnect => {
  const base = values.reconnect === "never"
    ? Reconnect.none
    : values.reconnect === undefined
    ? usual
    : Reconnect.forever
  const paced = values.maxReconnectDelay === undefined ? base : Reconnect.maxInterval(base, values.maxReconnectDelay)
  return values.maxReconnects === undefined ? paced : Reconnect.retries(paced, values.maxReconnects)
}

/** `usualReconnect` is what the command does by default when a link is lost. */
export const make = (values: ConnectionValues, usualReconnect: Reconnect.Reconnect = Reconnect.none) =>
  Effect.gen(function*() {
    const place = yield* endpoints.read(values, yield* setting.text("MQTT_URL"))
    const given = yield* propertyWords.read(values.property)
    const version = values.version ?? 5
    const will = yield* willOf(values, given.will)
    const method = values.authMethod ?? given.connect?.authenticationMethod
    const needsVersion5 = method !== undefined || values.sessionExpiry !== undefined ||
      will?.properties !== undefined ||
      given.connect !== undefined || given.publish !== undefined || given.subscribe !== undefined ||
      values.topicAliases !== undefined || values.responseInfo || values.noProblemInfo ||
      values.connectUserProperties.length > 0
    if (version === 4 && needsVersion5) {
      return yield* usage(
        "MQTT 3.1.1 has no properties, session expiry or enhanced authentication",
        "Leave out -V 311."
      )
    }
    if (method === undefined && (values.authData ?? given.connect?.authenticationData) !== undefined) {
      return yield* usage("The data of an authentication needs its method", "Name it with --auth-method.")
    }
    if (values.clientId !== undefined && values.idPrefix !== undefined) {
      return yield* usage("An identifier has no prefix", "Give one of --id and --id-prefix.")
    }
    if (values.persistent && values.clientId === undefined) {
      return yield* usage("A kept session needs a name", "Give the client an identifier with --id.")
    }
    const sessionExpiry = values.sessionExpiry
      ?? (given.connect?.sessionExpiryInterval === undefined
        ? undefined
        : Duration.seconds(given.connect.sessionExpiryInterval))
      ?? (values.persistent
        ? Duration.infinity
        : usualReconnect === Reconnect.none && will === undefined
        ? 0
        : undefined)
    const username = values.username ?? place.username ?? (yield* setting.text("MQTT_USERNAME"))
    const client: Settings["client"] = {
      url: place.url,
      clientId: values.clientId ?? (yield* randomId(values.idPrefix ?? "mqtt_")),
      username,
      password: yield* passwords.read(values, place.password),
      authentication: method === undefined ? undefined : Authentication.token(
        method,
        Redacted.make(values.authData ?? new TextDecoder().decode(given.connect?.authenticationData))
      ),
      will,
      userProperties: [...given.connect?.userProperties ?? [], ...values.connectUserProperties],
      protocolVersion: version,
      sessionExpiry,
      keepAlive: values.keepAlive === undefined ? undefined : Duration.seconds(values.keepAlive),
      receiveMaximum: values.receiveMaximum ?? given.connect?.receiveMaximum,
      maxInFlight: values.maxInFlight,
      maxPacketBytes: values.maxPacket ?? given.connect?.maximumPacketSize,
      requestProblemInformation: !(values.noProblemInfo || given.connect?.requestProblemInformation === 0),
      topicAliasMaximum: values.topicAliases ?? given.connect?.topicAliasMaximum,
      reconnect: reconnectOf(values, usualReconnect),
      drainTimeout: "2 seconds"
    }
    const transport: NodeTransportOptions.Options = {
      tls: yield* tlsFiles.read(values),
      webSocket: values.wsHeader.length === 0 ? undefined : { headers: Object.fromEntries(values.wsHeader) },
      proxy: values.proxy === undefined ? undefined : yield* proxyOf(values.proxy)
    }
    const settings: Settings = {
      client,
      transport,
      sessionFolder: values.persistent ? yield* sessionFolderOf(values) : undefined,
      topic: place.topic,
      showsBytes: values.debugBytes,
      version,
      publish: given.publish,
      subscribe: given.subscribe?.userProperties ?? []
    }
    return settings
  })

const sessionFolderOf = (values: ConnectionValues) =>
  Effect.gen(function*() {
    if (values.sessionFolder !== undefined) return values.sessionFolder
    const state = yield* setting.text("XDG_STATE_HOME")
    const home = (yield* setting.text("HOME")) ?? (yield* setting.text("USERPROFILE"))
    if (state === undefined && home === undefined) {
      return yield* usage("Nothing says where to keep the session", "Name a folder with --session-dir.")
    }
    return `${state ?? `${home}/.local/state`}/effect-mqtt/sessions`
  })
