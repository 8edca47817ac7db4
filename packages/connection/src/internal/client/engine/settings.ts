/** The options of a connection, checked, with every default filled in; times in milliseconds. */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import * as Either from "effect/Either"
import type { ClientOptions } from "../../../ClientOptions.ts"
import { ConnectError } from "../../../MqttError.ts"
import { InvalidOption, isWhole, toMillis } from "../../optionValue.ts"

/** A single connection has those of a client that reconnects and that it has a use for. */
type Options = Omit<ClientOptions, "url">

export interface Settings {
  /** The version to begin with. */
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  /** Whether a server that refuses the version is asked once more in 3.1.1. */
  readonly versionFallback: boolean
  readonly cleanStart: boolean | "first"
  readonly sessionExpiry: number
  readonly keepAlive: number
  readonly pingLead: (keepAlive: number) => number
  readonly connectTimeout: number
  readonly connAckTimeout: number
  readonly acknowledgementTimeout: number
  readonly inFlight: number
  readonly receiveMaximum: number
  readonly topicAliasMaximum: number
  readonly maxTopicAliases: number
  readonly maxPacketBytes: number
  readonly queueMessages: number
  readonly queueBytes: number
  readonly queueOverflow: "fail" | "dropOldest" | "wait"
  readonly queueRetention: "keepAll" | "failQos0" | "failAll"
  readonly gatePublishes: boolean
  readonly bufferMessages: number
  readonly bufferBytes: number
  readonly readAheadBytes: number
  readonly consumerTimeout: number
  readonly unsubscribeDelay: number
  readonly replayRetained: boolean
  readonly resubscribeOnResume: boolean
  readonly stableAfter: number
  readonly drainTimeout: number
  readonly requestTimeout: number
  readonly maxRequests: number
}

const kib = 1024
const mib = 1024 * kib
const highestShort = 65_535
/** The largest packet that the format can hold. */
const largestPacketBytes = 268_435_460

const tenth = (time: number): number => time / 10

const check = (isValid: boolean, name: string, wanted: string): void => {
  if (!isValid) throw new InvalidOption(name, wanted)
}

export const make = (options: Options): Either.Either<Settings, ConnectError> =>
  Either.try({
    try: () => unsafeMake(options),
    catch: (cause) => new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause })
  })

const unsafeMake = (options: Options): Settings => {
  const whole = (
    name: keyof Options & string,
    otherwise: number,
    least: number,
    most = Number.MAX_SAFE_INTEGER
  ) => {
    const value = options[name] ?? otherwise
    if (isWhole(value, least, most)) return value
    const upTo = most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`
    throw new InvalidOption(name, `a whole number from ${least}${upTo}`)
  }
  const keepAlive = millis(options, "keepAlive", 60)
  check(keepAlive <= highestShort * 1000, "keepAlive", `at most ${highestShort} seconds`)
  const pingLead = options.pingLead === undefined ? undefined : millis(options, "pingLead", 0)
  const version = options.protocolVersion ?? 5
  check(version === "auto" || [4, 5].includes(version), "protocolVersion", "4, 5 or \"auto\"")
  const cleanStart = options.cleanStart ?? "first"
  check([true, false, "first"].includes(cleanStart), "cleanStart", "true, false or \"first\"")
  check(
    version !== 4 || options.clientId !== "" || cleanStart !== false,
    "cleanStart",
    "true or \"first\" without a client identifier: the session could not be resumed"
  )
  // A store would name the session after it before any packet is written.
  check(!/\p{Surrogate}/u.test(options.clientId ?? ""), "clientId", "text without halves of surrogate pairs")
  check(
    options.authentication === undefined || version !== 4,
    "authentication",
    "left out: it needs MQTT 5"
  )
  return {
    protocolVersion: version === "auto" ? 5 : version,
    versionFallback: version === "auto",
    cleanStart,
    sessionExpiry: millis(options, "sessionExpiry", 3600),
    keepAlive,
    pingLead: pingLead === undefined ? tenth : () => pingLead,
    connectTimeout: positive(options, "connectTimeout", 30),
    connAckTimeout: positive(options, "connAckTimeout", 10),
    acknowledgementTimeout: positive(options, "acknowledgementTimeout", 30),
    inFlight: whole("maxInFlight", 64, 1, highestShort),
    receiveMaximum: whole("receiveMaximum", 64, 1, highestShort),
    topicAliasMaximum: whole("topicAliasMaximum", 32, 0, highestShort),
    maxTopicAliases: whole("maxTopicAliases", 32, 0, highestShort),
    maxPacketBytes: whole("maxPacketBytes", 16 * mib, 1, largestPacketBytes),
    queueMessages: whole("queueMessages", 1000, 0),
    queueBytes: whole("queueBytes", 16 * mib, 0),
    queueOverflow: oneOf("queueOverflow", options.queueOverflow ?? "fail", ["fail", "dropOldest", "wait"]),
    queueRetention: oneOf("queueRetention", options.queueRetention ?? "failQos0", ["failQos0", "keepAll", "failAll"]),
    gatePublishes: options.gatePublishes ?? false,
    bufferMessages: whole("streamMessages", 256, 1),
    bufferBytes: whole("streamBytes", 4 * mib, 1),
    readAheadBytes: whole("readAheadBytes", mib, 1),
    consumerTimeout: millis(options, "consumerTimeout", 10),
    unsubscribeDelay: millis(options, "unsubscribeDelay", 0),
    replayRetained: options.replayRetained ?? true,
    resubscribeOnResume: options.resubscribeOnResume ?? false,
    stableAfter: millis(options, "stableAfter", 30),
    drainTimeout: millis(options, "drainTimeout", 5),
    requestTimeout: positive(options, "requestTimeout", 10),
    maxRequests: whole("maxRequests", 1000, 0)
  }
}

const oneOf = <A extends string>(name: string, value: A, values: ReadonlyArray<A>): A => {
  if (values.includes(value)) return value
  throw new InvalidOption(name, values.map((one) => `"${one}"`).join(" or "))
}

type Time =
  | "sessionExpiry"
  | "keepAlive"
  | "pingLead"
  | "connectTimeout"
  | "connAckTimeout"
  | "acknowledgementTimeout"
  | "consumerTimeout"
  | "unsubscribeDelay"
  | "stableAfter"
  | "drainTimeout"
  | "requestTimeout"

/** `otherwise` in seconds, which need not be parsed. */
const millis = (options: Options, name: Time, otherwise: number): number => {
  const given = options[name]
  if (given === undefined) return otherwise * 1000
  const time = toMillis(given)
  check(time !== undefined, name, "a duration")
  return time ?? 0
}

const positive = (options: Options, name: Time, otherwise: number): number => {
  const value = millis(options, name, otherwise)
  check(value > 0, name, "longer than nothing")
  return value
}
