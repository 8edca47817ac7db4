/** What a failure of the transport means to the caller of a client. */
import type { TransportError } from "../../MqttError.ts"
import { AuthError, ConnectError } from "../../MqttError.ts"

export const linkFailed = (cause: TransportError): AuthError | ConnectError => {
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
