import type * as Mqtt from "@effect-mqtt/connection/MqttError"
import { AuthError, ConnectError } from "../../RoborockError.ts"

const service = "MQTT broker"

const reasons: Record<Mqtt.ConnectError["reason"], ConnectError["reason"]> = {
  InvalidEndpoint: "InvalidAddress",
  Transport: "Unreachable",
  Timeout: "TimedOut",
  KeepAliveTimeout: "ConnectionLost",
  AcknowledgementTimeout: "ConnectionLost",
  ConnectRefused: "ApiError",
  QuotaError: "Unavailable",
  ServerUnavailable: "Unavailable",
  ServerDisconnected: "ConnectionLost",
  SessionTakenOver: "ConnectionLost",
  ProtocolError: "BadAnswer",
  StoreError: "Unavailable",
  Closed: "ConnectionLost"
}

export const invalidAddress = (cause: unknown): ConnectError =>
  new ConnectError({ reason: "InvalidAddress", service, retryable: false, cause })

export const timedOut = (): ConnectError => new ConnectError({ reason: "TimedOut", service, retryable: true })

export const silent = (): ConnectError => new ConnectError({ reason: "ConnectionLost", service, retryable: true })

/** The connection package's failure in this package's words. */
export const fromConnection = (error: Mqtt.AuthError | Mqtt.ConnectError): AuthError | ConnectError => {
  const said = { code: error.reasonCode, serverMessage: error.reasonString?.slice(0, 200), cause: error }
  return error._tag === "AuthError"
    ? new AuthError({ reason: "BrokerRefused", ...said })
    : new ConnectError({ reason: reasons[error.reason], service, retryable: error.retryable, ...said })
}

export const fromSubscribe = (cause: Mqtt.SubscribeError): ConnectError =>
  new ConnectError({
    reason: cause.reason === "Closed" ? "ConnectionLost" : "ApiError",
    service,
    retryable: cause.reason === "Closed",
    code: cause.reasonCode,
    cause
  })

const publishReasons: Record<Mqtt.PublishError["reason"], readonly [ConnectError["reason"], "retryable" | "final"]> = {
  InvalidMessage: ["Unsendable", "final"],
  PacketTooLarge: ["Unsendable", "final"],
  NotSupported: ["Unsendable", "final"],
  PublishRejected: ["ApiError", "final"],
  // There is nothing to store at QoS 0.
  StoreError: ["Unsendable", "final"],
  // Messages are sent over a link that is up: for them to pile up, it has just dropped.
  QueueFull: ["ConnectionLost", "retryable"],
  Expired: ["ConnectionLost", "retryable"],
  SessionLost: ["ConnectionLost", "retryable"],
  Disconnected: ["ConnectionLost", "retryable"],
  Closed: ["ConnectionLost", "retryable"]
}

export const fromPublish = (cause: Mqtt.PublishError): ConnectError => {
  const [reason, when] = publishReasons[cause.reason]
  return new ConnectError({ reason, service, retryable: when === "retryable", code: cause.reasonCode, cause })
}
