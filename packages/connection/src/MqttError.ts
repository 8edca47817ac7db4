/**
 * Every failure that this package puts into a type.
 *
 * A new `_tag` exists where a caller would *handle* the failure differently, a new `reason` where
 * they would only *report* it differently. Messages are stable sentences; they never hold payload
 * bytes or secrets. The original failure is kept as `cause`.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * A socket could not be opened, read or written.
 *
 * - `Open`: the peer could not be reached (name resolution, refused, TLS, ...); see `cause`.
 * - `OpenTimeout`: the peer did not answer in time.
 * - `Unsupported`: this transport does not open such endpoints; nothing was tried.
 * - `Untrusted`: TLS refuses the peer, or the peer refuses us: a certificate that cannot be verified
 *   or is missing, no common version. Trying again cannot help.
 * - `Read`, `Write`: the established link broke; see `cause`.
 * - `Closed`: the peer ended the link, or it was closed here.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends Data.TaggedError("TransportError")<{
  readonly reason: "Open" | "OpenTimeout" | "Unsupported" | "Untrusted" | "Read" | "Write" | "Closed"
  readonly cause?: unknown
}> {
  override get message(): string {
    const detail = describeCause(this.cause)
    switch (this.reason) {
      case "Open":
        return `The peer cannot be reached${detail}`
      case "OpenTimeout":
        return "The peer did not answer in time"
      case "Unsupported":
        return `The transport does not support this endpoint${detail}`
      case "Untrusted":
        return `No safe link to the peer can be agreed on${detail}`
      case "Read":
        return `Reading from the link failed${detail}`
      case "Write":
        return `Writing to the link failed${detail}`
      case "Closed":
        return "The link was closed"
    }
  }
}

/**
 * The server knows who is asking and says no. Trying again with the same credentials cannot help.
 *
 * `reasonCode` is the CONNACK or DISCONNECT reason code (MQTT 5 section 2.4) or the CONNACK return
 * code (MQTT 3.1.1 section 3.2.2.3).
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthError extends Data.TaggedError("AuthError")<{
  readonly reason: "BadCredentials" | "NotAuthorized" | "Banned" | "BadAuthenticationMethod"
  readonly reasonCode?: number | undefined
  readonly reasonString?: string | undefined
  readonly cause?: unknown
}> {
  readonly retryable = false

  override get message(): string {
    return `${authSentences[this.reason]}${describeReason(this.reasonCode, this.reasonString)}`
  }
}

const authSentences: Record<AuthError["reason"], string> = {
  BadCredentials: "The server refused the user name or password",
  NotAuthorized: "The server does not allow this client to connect",
  Banned: "The server has banned this client",
  BadAuthenticationMethod: "The server does not accept the authentication method"
}

/**
 * There is no usable connection, for any reason but the caller's identity or rights.
 *
 * - `InvalidEndpoint`: the URL or an option is wrong (`cause` names it), or the transport does not
 *   support the URL; nothing was tried.
 * - `Transport`: the link could not be made or broke; `cause` is a {@link TransportError}. Not
 *   retryable when that is `Untrusted`.
 * - `Timeout`: the link or the CONNACK did not come in time.
 * - `KeepAliveTimeout`: the server stopped answering pings.
 * - `AcknowledgementTimeout`: the server left a packet unacknowledged for too long.
 * - `ConnectRefused`: the server refused this configuration (version, client identifier, limits).
 * - `QuotaError`: the server is over a limit of its own for now.
 * - `ServerUnavailable`: the server says that it cannot serve at the moment.
 * - `ServerDisconnected`: the server ended the connection with a DISCONNECT.
 * - `SessionTakenOver`: another client connected with the same client identifier.
 * - `ProtocolError`: one side broke the protocol; `cause` says where.
 * - `Closed`: the connection was closed here.
 *
 * `retryable` says whether the client itself would try again.
 *
 * @since 0.1.0
 * @category errors
 */
export class ConnectError extends Data.TaggedError("ConnectError")<{
  readonly reason:
    | "InvalidEndpoint"
    | "Transport"
    | "Timeout"
    | "KeepAliveTimeout"
    | "AcknowledgementTimeout"
    | "ConnectRefused"
    | "QuotaError"
    | "ServerUnavailable"
    | "ServerDisconnected"
    | "SessionTakenOver"
    | "ProtocolError"
    | "Closed"
  readonly retryable: boolean
  readonly reasonCode?: number | undefined
  readonly reasonString?: string | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return `${connectSentences[this.reason]}${describeReason(this.reasonCode, this.reasonString)}${
      describeCause(this.cause)
    }`
  }
}

const connectSentences: Record<ConnectError["reason"], string> = {
  InvalidEndpoint: "The connection options are not valid",
  Transport: "There is no link to the server",
  Timeout: "The server did not answer in time",
  KeepAliveTimeout: "The server stopped answering pings",
  AcknowledgementTimeout: "The server did not acknowledge a packet in time",
  ConnectRefused: "The server refused the connection",
  QuotaError: "The server is over its limits",
  ServerUnavailable: "The server is not available",
  ServerDisconnected: "The server ended the connection",
  SessionTakenOver: "Another client took over the session",
  ProtocolError: "The MQTT protocol was broken",
  Closed: "The connection is closed"
}

/**
 * A message was not published, or it is not known whether it was.
 *
 * - `InvalidMessage`: it cannot be sent legally (topic, QoS, properties); `cause` says why.
 * - `PacketTooLarge`: it is larger than the server accepts.
 * - `NotSupported`: the server does not offer this QoS or retained messages.
 * - `PublishRejected`: the server said no; see `reasonCode`.
 * - `QueueFull`: too many messages wait for the connection.
 * - `SessionLost`: the server lost the session, so the message may or may not have arrived.
 * - `Disconnected`: the link dropped before a QoS 0 message left.
 * - `Closed`: the client is closed or has given up; `cause` says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class PublishError extends Data.TaggedError("PublishError")<{
  readonly reason:
    | "InvalidMessage"
    | "PacketTooLarge"
    | "NotSupported"
    | "PublishRejected"
    | "QueueFull"
    | "SessionLost"
    | "Disconnected"
    | "Closed"
  readonly topic: string
  readonly reasonCode?: number | undefined
  readonly reasonString?: string | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Publishing to "${printable(this.topic)}" failed: ${publishSentences[this.reason]}${
      describeReason(this.reasonCode, this.reasonString)
    }${describeCause(this.cause)}`
  }
}

const publishSentences: Record<PublishError["reason"], string> = {
  InvalidMessage: "the message is not valid",
  PacketTooLarge: "the message is larger than the server accepts",
  NotSupported: "the server does not support it",
  PublishRejected: "the server rejected it",
  QueueFull: "too many messages are waiting",
  SessionLost: "the server lost the session, the message may or may not have arrived",
  Disconnected: "the link dropped before it was sent",
  Closed: "the client is closed"
}

/**
 * A subscription could not be made or cannot go on.
 *
 * - `InvalidFilter`: the topic filter or an option is not valid; nothing was sent.
 * - `SubscribeRejected`: the server said no; see `reasonCode`.
 * - `NotSupported`: the server does not offer this kind of subscription.
 * - `Closed`: the client is closed or has given up; `cause` says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubscribeError extends Data.TaggedError("SubscribeError")<{
  readonly reason: "InvalidFilter" | "SubscribeRejected" | "NotSupported" | "Closed"
  readonly filter: string
  readonly reasonCode?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Subscribing to "${printable(this.filter)}" failed: ${subscribeSentences[this.reason]}${
      describeReason(this.reasonCode, undefined)
    }${describeCause(this.cause)}`
  }
}

const subscribeSentences: Record<SubscribeError["reason"], string> = {
  InvalidFilter: "the topic filter is not valid",
  SubscribeRejected: "the server rejected it",
  NotSupported: "the server does not support it",
  Closed: "the client is closed"
}

/**
 * Every failure of this package.
 *
 * @since 0.1.0
 * @category errors
 */
export type MqttError = AuthError | ConnectError | PublishError | SubscribeError | TransportError

const describeReason = (code: number | undefined, text: string | undefined): string => {
  const hex = code === undefined ? "" : ` (reason code 0x${code.toString(16).padStart(2, "0")})`
  return text === undefined || text === "" ? hex : `${hex}: ${printable(text)}`
}

/** What a server says goes into logs: on one line, and not too much of it. */
const printable = (text: string): string => text.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ")

const describeCause = (cause: unknown): string =>
  cause instanceof Error && cause.message !== "" ? `: ${cause.message}` : ""
