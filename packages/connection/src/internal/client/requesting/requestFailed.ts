/** What the failures of publishing and subscribing mean to whoever asks. */
import type { PublishError, SubscribeError } from "../../../MqttError.ts"
import { RequestError } from "../../../MqttError.ts"

type Cause = PublishError | SubscribeError

export const requestFailed = (topic: string, cause: Cause): RequestError =>
  new RequestError({
    reason: reasons[cause.reason],
    topic,
    reasonCode: cause.reasonCode,
    reasonString: cause.reasonString,
    cause
  })

const reasons: Record<Cause["reason"], RequestError["reason"]> = {
  InvalidMessage: "InvalidRequest",
  InvalidFilter: "InvalidRequest",
  PacketTooLarge: "InvalidRequest",
  NotSupported: "NotSupported",
  PublishRejected: "Rejected",
  SubscribeRejected: "Rejected",
  UnsubscribeRejected: "Rejected",
  QosNotGranted: "Rejected",
  Overflow: "Rejected",
  QueueFull: "QueueFull",
  // A request expires when it times out.
  Expired: "Timeout",
  SessionLost: "SessionLost",
  Disconnected: "Disconnected",
  StoreError: "Closed",
  Closed: "Closed"
}
