/**
 * What errors say: one stable sentence for each reason, and what a server said behind it. The tables need no types: an
 * error without its sentence does not compile.
 */

export const transport = {
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

export const auth = {
  BadCredentials: "The server refused the user name or password",
  NotAuthorized: "The server does not allow this client to connect",
  Banned: "The server has banned this client",
  BadAuthenticationMethod: "The server does not accept the authentication method",
  UntrustedServer: "The server did not prove who it is"
}

export const connect = {
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

export const publish = {
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

export const subscribe = {
  InvalidFilter: "the topic filter is not valid",
  PacketTooLarge: "its packet is larger than the server accepts",
  SubscribeRejected: "the server rejected it",
  UnsubscribeRejected: "the server rejected it",
  NotSupported: "the server does not support it",
  QosNotGranted: "the server grants a lower QoS than required",
  Overflow: "its consumer is too slow",
  Closed: "the client is closed"
}

export const request = {
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

export const store = {
  InUse: "The session is in use by another client",
  Corrupt: "The stored session is damaged",
  Full: "The session store is full",
  Io: "The session store failed"
}

export const describeReason = (code: number | undefined, text: string | undefined): string => {
  const hex = code === undefined ? "" : ` (reason code 0x${code.toString(16).padStart(2, "0")})`
  return text === undefined || text === "" ? hex : `${hex}: ${printable(text)}`
}

/** What a server says goes into logs: on one line, and not too much of it. */
export const printable = (text: string): string =>
  text.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ")

export const describeCause = (cause: unknown): string =>
  cause instanceof Error && cause.message !== "" ? `: ${printable(cause.message)}` : ""
