/** What the failures of publishing and subscribing mean to whoever asks. */
import type { PublishError, SubscribeError } from "../../../MqttError.ts"
import { RequestError } from "../../../MqttError.ts"

export const notSubscribed = (topic: string, error: SubscribeError): RequestError =>
  new RequestError({
    reason: error.reason === "Closed" || error.reason === "NotSupported"
      ? error.reason
      : error.reason === "InvalidFilter"
      ? "InvalidRequest"
      : "Rejected",
    topic,
    reasonCode: error.reasonCode,
    reasonString: error.reasonString,
    cause: error
  })

export const notPublished = (topic: string, error: PublishError): RequestError =>
  new RequestError({
    reason: publishReasons[error.reason],
    topic,
    reasonCode: error.reasonCode,
    reasonString: error.reasonString,
    cause: error
  })

const publishReasons: Record<PublishError["reason"], RequestError["reason"]> = {
  InvalidMessage: "InvalidRequest",
  PacketTooLarge: "InvalidRequest",
  NotSupported: "NotSupported",
  PublishRejected: "Rejected",
  QueueFull: "QueueFull",
  // A request expires when it times out.
  Expired: "Timeout",
  SessionLost: "SessionLost",
  Disconnected: "Disconnected",
  StoreError: "Closed",
  Closed: "Closed"
}
