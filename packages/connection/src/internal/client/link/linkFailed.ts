/** What the failure of a link means to those who hear of it. */
import type { TransportError } from "../../../MqttError.ts"
import { AuthError, ConnectError } from "../../../MqttError.ts"

/** How a link ends. */
export type LinkError = AuthError | ConnectError

/** A peer that no longer answers is not told goodbye: its will has to fire. */
export const isAbrupt = (error: LinkError): boolean =>
  error._tag === "ConnectError" && (error.reason === "KeepAliveTimeout" || error.reason === "AcknowledgementTimeout")

/** A failure of the transport, for the caller of a client. */
export const linkFailed = (cause: TransportError): LinkError => {
  switch (cause.reason) {
    case "Unsupported":
      return new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause })
    case "OpenTimeout":
      return new ConnectError({ reason: "Timeout", retryable: true, cause })
    case "Forbidden":
      return new AuthError({ reason: "NotAuthorized", cause })
    case "Untrusted":
    case "WrongHost":
    case "ProxyDenied":
      return new ConnectError({ reason: "Transport", retryable: false, cause })
    default:
      return new ConnectError({ reason: "Transport", retryable: true, cause })
  }
}

/** For those who are promised a `ConnectError`: what refused credentials mean to them. */
export const toConnectError = (
  error: AuthError | ConnectError,
  refused: Pick<ConnectError, "reason" | "retryable">
): ConnectError =>
  error._tag === "ConnectError" ? error : new ConnectError({
    reason: refused.reason,
    retryable: refused.retryable,
    reasonCode: error.reasonCode,
    reasonString: error.reasonString,
    cause: error
  })
