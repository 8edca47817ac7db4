/** What the close code of a WebSocket says about the end of a link (RFC 6455 section 7.4.1). */
import { TransportError } from "../../MqttError.ts"

const normal = [1000, 1001, 1005]
/** No code of the peer: the link broke. */
const abnormal = 1006
const policyViolation = 1008

export const toError = (code: number): TransportError => {
  if (normal.includes(code)) return new TransportError({ reason: "Closed" })
  const cause = new Error(`the WebSocket was closed with code ${code}`)
  if (code === policyViolation) return new TransportError({ reason: "Forbidden", cause })
  return new TransportError({ reason: code === abnormal ? "Read" : "Closed", cause })
}
