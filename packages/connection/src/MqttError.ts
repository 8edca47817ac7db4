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
import * as sentences from "./internal/errorSentences.ts"

/**
 * A socket could not be opened, read or written.
 *
 * - `Open`: the peer could not be reached (name resolution, refused, ...); see `cause`.
 * - `OpenTimeout`: the peer did not answer in time; `cause` names the step.
 * - `Unsupported`: this transport does not open endpoints of this kind; nothing was tried.
 * - `Untrusted`: TLS refuses the peer, or the peer refuses us: a certificate that cannot be verified
 *   or is missing, no common version or application protocol.
 * - `WrongHost`: the certificate is good, but for another host.
 * - `NotTls`: the peer does not answer with TLS; it may listen for plain connections.
 * - `ProxyRefused`: the proxy does not, or cannot, pass us on.
 * - `ProxyDenied`: the proxy refuses our credentials, or asks for some.
 * - `UpgradeRefused`: the server answered the WebSocket upgrade like any web server does, or hung up on it.
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
    return `${sentences.transport[this.reason]}${sentences.describeCause(this.cause)}`
  }
}

/**
 * The server knows who is asking and refuses, or the client does not trust the server. Trying again
 * with the same credentials cannot help.
 *
 * - `BadCredentials`: user name or password are wrong.
 * - `NotAuthorized`: the server knows the client and does not let it in.
 * - `Banned`: the server has banned this client, whatever its credentials.
 * - `BadAuthenticationMethod`: the server does not accept the method of the `authentication`, or there is none.
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
    return `${sentences.auth[this.reason]}${sentences.describeReason(this.reasonCode, this.reasonString)}`
  }
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
 * - `ServerDisconnected`: the server ended the connection with a DISCONNECT; or a 3.1.1 server, which cannot say
 *   why, hung up right away three times in a row, each time while it owed an answer.
 * - `SessionTakenOver`: another client connected with the same client identifier; or a 3.1.1 server hung up like
 *   that while it owed none.
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
    return `${sentences.connect[this.reason]}${sentences.describeReason(this.reasonCode, this.reasonString)}${
      sentences.describeCause(this.cause)
    }`
  }
}

/**
 * A message was not published, or it is not known whether it was.
 *
 * - `InvalidMessage`: it cannot be sent legally (topic, QoS, properties); `cause` says why.
 * - `PacketTooLarge`: it is larger than the server accepts.
 * - `NotSupported`: the server does not offer this QoS or retained messages.
 * - `PublishRejected`: the server refused it; see `reasonCode`.
 * - `QueueFull`: too many messages wait for the connection.
 * - `Expired`: its `messageExpiryInterval` was over while it waited to be sent; it was not sent.
 * - `SessionLost`: the server lost the session, so the message may or may not have arrived.
 * - `Disconnected`: the link dropped before a QoS 0 message left; or it dropped and `queueRetention` is `failAll`, in
 *   which case a QoS 1 or 2 message that was already written is still sent again.
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
    return `Publishing to "${sentences.printable(this.topic)}" failed: ${sentences.publish[this.reason]}${
      sentences.describeReason(this.reasonCode, this.reasonString)
    }${sentences.describeCause(this.cause)}`
  }
}

/**
 * A subscription could not be made or cannot go on.
 *
 * - `InvalidFilter`: the topic filter or an option is not valid; nothing was sent.
 * - `PacketTooLarge`: the filter needs a larger packet than the server accepts; nothing was sent.
 * - `SubscribeRejected`: the server refused it; see `reasonCode`.
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
    | "PacketTooLarge"
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
    const { reason } = this
    // The others may come while subscribing, while leaving, or long after.
    const doing = reason === "UnsubscribeRejected"
      ? "Unsubscribing from"
      : reason === "SubscribeRejected" || reason === "NotSupported" || reason === "QosNotGranted"
      ? "Subscribing to"
      : "The subscription to"
    return `${doing} "${sentences.printable(this.filter)}" failed: ${sentences.subscribe[reason]}${
      sentences.describeReason(this.reasonCode, this.reasonString)
    }${sentences.describeCause(this.cause)}`
  }
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
    return `The request to "${sentences.printable(this.topic)}" failed: ${sentences.request[this.reason]}${
      sentences.describeReason(this.reasonCode, this.reasonString)
    }${sentences.describeCause(this.cause)}`
  }
}

/**
 * A payload codec cannot write a value, or cannot read a payload. `cause` may quote what was found;
 * the message does not.
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
    const where = this.topic === undefined ? "" : ` of "${sentences.printable(this.topic)}"`
    return this.reason === "Encode"
      ? `The value for the payload${where} is not one that the codec "${this.codec}" writes${
        this.codec === "utf8" ? ", which is used where neither the call nor the defaults of the topic name one" : ""
      }`
      : `The payload${where} is not one that the codec "${this.codec}" reads`
  }
}

/**
 * A session store could not be opened, or could not make durable what it was given.
 *
 * - `InUse`: the session of this client identifier is open elsewhere; for a session in files, `cause` says in which
 *   process.
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
    return `${sentences.store[this.reason]}${sentences.describeCause(this.cause)}`
  }
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
