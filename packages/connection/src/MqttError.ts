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
 * - `Open`: the peer could not be reached (name resolution, refused, ...); see `cause`.
 * - `OpenTimeout`: the peer did not answer in time; `cause` names the step.
 * - `Unsupported`: this transport does not open such endpoints; nothing was tried.
 * - `Untrusted`: TLS refuses the peer, or the peer refuses us: a certificate that cannot be verified
 *   or is missing, no common version or application protocol.
 * - `WrongHost`: the certificate is good, but for another host.
 * - `NotTls`: the peer does not answer with TLS; it may listen for plain connections.
 * - `ProxyRefused`: the proxy does not, or cannot, pass us on.
 * - `ProxyDenied`: the proxy refuses our credentials, or asks for some.
 * - `UpgradeRefused`: the server answered the WebSocket upgrade like any web server does.
 * - `NoSubprotocol`: the WebSocket server did not choose the subprotocol `mqtt`.
 * - `Forbidden`: the WebSocket server does not let us in (HTTP 401 or 403, close code 1008).
 * - `TextFrame`: the WebSocket peer sent text, where MQTT is binary.
 * - `NotMqtt`: the peer answered in another protocol; `cause` names it.
 * - `Read`, `Write`: the established link broke; see `cause`.
 * - `Closed`: the peer ended the link, or it was closed here.
 *
 * Trying again cannot help for `Unsupported`, `Untrusted`, `WrongHost`, `ProxyDenied` and
 * `Forbidden`. All others may pass, such as the page of a hotel's network in the place of a server.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends Data.TaggedError("TransportError")<{
  readonly reason:
    | "Open"
    | "OpenTimeout"
    | "Unsupported"
    | "Untrusted"
    | "WrongHost"
    | "NotTls"
    | "ProxyRefused"
    | "ProxyDenied"
    | "UpgradeRefused"
    | "NoSubprotocol"
    | "Forbidden"
    | "TextFrame"
    | "NotMqtt"
    | "Read"
    | "Write"
    | "Closed"
  readonly cause?: unknown
}> {
  override get message(): string {
    return `${transportSentences[this.reason]}${describeCause(this.cause)}`
  }
}

const transportSentences: Record<TransportError["reason"], string> = {
  Open: "The peer cannot be reached",
  OpenTimeout: "The peer did not answer in time",
  Unsupported: "The transport does not support this endpoint",
  Untrusted: "No safe link to the peer can be agreed on",
  WrongHost: "The peer's certificate is for another host",
  NotTls: "The peer does not answer with TLS",
  ProxyRefused: "The proxy refused to connect",
  ProxyDenied: "The proxy refused the credentials",
  UpgradeRefused: "The server refused the WebSocket upgrade",
  NoSubprotocol: "The WebSocket server does not offer the subprotocol \"mqtt\"",
  Forbidden: "The WebSocket server does not allow this client",
  TextFrame: "The WebSocket peer sent a text frame, where MQTT is binary",
  NotMqtt: "The peer does not speak MQTT",
  Read: "Reading from the link failed",
  Write: "Writing to the link failed",
  Closed: "The link was closed"
}

/**
 * The server knows who is asking and says no, or the client does not believe the server. Trying again
 * with the same credentials cannot help.
 *
 * - `BadCredentials`: user name or password are wrong.
 * - `NotAuthorized`: the server knows the client and does not let it in.
 * - `Banned`: the server does not want this client, whatever it says.
 * - `BadAuthenticationMethod`: the method of the `authentication` is not accepted, or there is none.
 * - `UntrustedServer`: the mechanism of the `authentication` refuses the server.
 *
 * `reasonCode` is the CONNACK or DISCONNECT reason code (MQTT 5 section 2.4) or the CONNACK return
 * code (MQTT 3.1.1 section 3.2.2.3).
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthError extends Data.TaggedError("AuthError")<{
  readonly reason: "BadCredentials" | "NotAuthorized" | "Banned" | "BadAuthenticationMethod" | "UntrustedServer"
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
  BadAuthenticationMethod: "The server does not accept the authentication method",
  UntrustedServer: "The server did not prove who it is"
}

/**
 * There is no usable connection, for any reason but the caller's identity or rights.
 *
 * - `InvalidEndpoint`: the URL or an option is wrong (`cause` names it), or the transport does not
 *   support the URL; nothing was tried.
 * - `Transport`: the link could not be made or broke; `cause` is a {@link TransportError}. Not
 *   retryable when trying again cannot help that.
 * - `Timeout`: the link or the CONNACK did not come in time.
 * - `KeepAliveTimeout`: the server stopped answering pings.
 * - `AcknowledgementTimeout`: the server left a packet unacknowledged for too long.
 * - `ConnectRefused`: the server refused this configuration (version, client identifier, limits).
 * - `QuotaError`: the server is over a limit of its own for now.
 * - `ServerUnavailable`: the server says that it cannot serve at the moment.
 * - `ServerDisconnected`: the server ended the connection with a DISCONNECT.
 * - `SessionTakenOver`: another client connected with the same client identifier.
 * - `ProtocolError`: one side broke the protocol; `cause` says where.
 * - `StoreError`: the session cannot be kept; `cause` is a {@link StoreError}.
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
    | "StoreError"
    | "Closed"
  readonly retryable: boolean
  readonly reasonCode?: number | undefined
  /** Where the server sends its clients (MQTT 5 reason codes 0x9C and 0x9D): hosts, each with or without a port. */
  readonly serverReference?: string | undefined
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
  StoreError: "The session cannot be kept",
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
 * - `Expired`: its `messageExpiryInterval` was over before there was a link for it; it was not sent.
 * - `SessionLost`: the server lost the session, so the message may or may not have arrived.
 * - `Disconnected`: the link dropped before a QoS 0 message left.
 * - `StoreError`: it could not be made durable, and was not sent; `cause` is a {@link StoreError}.
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
    | "Expired"
    | "SessionLost"
    | "Disconnected"
    | "StoreError"
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
  Expired: "its time was over before it could be sent",
  SessionLost: "the server lost the session, the message may or may not have arrived",
  Disconnected: "the link dropped before it was sent",
  StoreError: "it could not be stored",
  Closed: "the client is closed"
}

/**
 * A subscription could not be made or cannot go on.
 *
 * - `InvalidFilter`: the topic filter or an option is not valid; nothing was sent.
 * - `SubscribeRejected`: the server said no; see `reasonCode`.
 * - `UnsubscribeRejected`: the server does not end the subscription; see `reasonCode`.
 * - `NotSupported`: the server does not offer this kind of subscription.
 * - `QosNotGranted`: the server granted less than `requireQos` asks for: `reasonCode` is what it granted.
 * - `Overflow`: the stream was full, and its `overflow` is `fail`.
 * - `Closed`: the client is closed or has given up; `cause` says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubscribeError extends Data.TaggedError("SubscribeError")<{
  readonly reason:
    | "InvalidFilter"
    | "SubscribeRejected"
    | "UnsubscribeRejected"
    | "NotSupported"
    | "QosNotGranted"
    | "Overflow"
    | "Closed"
  readonly filter: string
  readonly reasonCode?: number | undefined
  readonly reasonString?: string | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    const doing = this.reason === "UnsubscribeRejected" ? "Unsubscribing from" : "Subscribing to"
    return `${doing} "${printable(this.filter)}" failed: ${subscribeSentences[this.reason]}${
      describeReason(this.reasonCode, this.reasonString)
    }${describeCause(this.cause)}`
  }
}

const subscribeSentences: Record<SubscribeError["reason"], string> = {
  InvalidFilter: "the topic filter is not valid",
  SubscribeRejected: "the server rejected it",
  UnsubscribeRejected: "the server rejected it",
  NotSupported: "the server does not support it",
  QosNotGranted: "the server grants a lower QoS than required",
  Overflow: "its consumer is too slow",
  Closed: "the client is closed"
}

/**
 * A request got no response.
 *
 * - `Timeout`: none came in time.
 * - `NotSupported`: MQTT 3.1.1 has no correlation data, and no `correlation` of the caller's own was
 *   given; or the server does not offer what was asked for.
 * - `InvalidRequest`: it cannot be sent legally, or is larger than the server accepts; `cause` says why.
 * - `Rejected`: the server refused the request or the subscription for responses; see `reasonCode`.
 * - `QueueFull`: too many messages wait for the connection.
 * - `TooManyRequests`: as many requests as `maxRequests` allows wait for their responses.
 * - `Disconnected`: the link dropped before a QoS 0 request left.
 * - `SessionLost`: the server lost the subscription for responses while this one was on its way.
 * - `Closed`: the client is closed or has given up; `cause` says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestError extends Data.TaggedError("RequestError")<{
  readonly reason:
    | "Timeout"
    | "NotSupported"
    | "InvalidRequest"
    | "Rejected"
    | "QueueFull"
    | "TooManyRequests"
    | "Disconnected"
    | "SessionLost"
    | "Closed"
  readonly topic: string
  readonly reasonCode?: number | undefined
  readonly reasonString?: string | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return `The request to "${printable(this.topic)}" failed: ${requestSentences[this.reason]}${
      describeReason(this.reasonCode, this.reasonString)
    }${describeCause(this.cause)}`
  }
}

const requestSentences: Record<RequestError["reason"], string> = {
  Timeout: "no response came in time",
  NotSupported: "requests of this kind are not supported",
  InvalidRequest: "the request is not valid",
  Rejected: "the server rejected it",
  QueueFull: "too many messages are waiting",
  TooManyRequests: "too many requests wait for their responses",
  Disconnected: "the link dropped before it was sent",
  SessionLost: "the server lost the subscription for responses",
  Closed: "the client is closed"
}

/**
 * A payload and its value do not fit: the value is none that the codec can write, or the bytes are
 * none that it can read. `cause` may quote what was found; the message does not.
 *
 * @since 0.1.0
 * @category errors
 */
export class CodecError extends Data.TaggedError("CodecError")<{
  readonly reason: "Encode" | "Decode"
  /** The name of the payload codec. */
  readonly codec: string
  /** The topic of the message, where there is one. */
  readonly topic?: string | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    const where = this.topic === undefined ? "" : ` of "${printable(this.topic)}"`
    return this.reason === "Encode"
      ? `The value for the payload${where} is not one that the codec "${this.codec}" writes`
      : `The payload${where} is not one that the codec "${this.codec}" reads`
  }
}

/**
 * A session store could not be opened, or could not make durable what it was given.
 *
 * - `InUse`: the session of this client identifier is open elsewhere.
 * - `Corrupt`: what is stored is damaged, other than by a crash in the middle of the last commit;
 *   `cause` says where. Nothing was changed.
 * - `Full`: it would grow beyond its bound; nothing was changed.
 * - `Io`: reading or writing failed; see `cause`.
 *
 * @since 0.1.0
 * @category errors
 */
export class StoreError extends Data.TaggedError("StoreError")<{
  readonly reason: "InUse" | "Corrupt" | "Full" | "Io"
  readonly cause?: unknown
}> {
  override get message(): string {
    return `${storeSentences[this.reason]}${describeCause(this.cause)}`
  }
}

const storeSentences: Record<StoreError["reason"], string> = {
  InUse: "The session is in use by another client",
  Corrupt: "The stored session is damaged",
  Full: "The session store is full",
  Io: "The session store failed"
}

/**
 * Every failure of this package.
 *
 * @since 0.1.0
 * @category errors
 */
export type MqttError =
  | AuthError
  | ConnectError
  | PublishError
  | SubscribeError
  | RequestError
  | TransportError
  | CodecError
  | StoreError

const describeReason = (code: number | undefined, text: string | undefined): string => {
  const hex = code === undefined ? "" : ` (reason code 0x${code.toString(16).padStart(2, "0")})`
  return text === undefined || text === "" ? hex : `${hex}: ${printable(text)}`
}

/** What a server says goes into logs: on one line, and not too much of it. */
const printable = (text: string): string => text.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ")

const describeCause = (cause: unknown): string =>
  cause instanceof Error && cause.message !== "" ? `: ${printable(cause.message)}` : ""
