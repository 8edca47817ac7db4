/** Names a peer that speaks another protocol, which to the decoder is just a malformed packet. */
import { TransportError } from "../../../MqttError.ts"
import type { LinkError } from "./linkFailed.ts"

/** What is wrong with a peer that begins with these bytes, if it does not speak MQTT. */
export const recognize = (bytes: Uint8Array): TransportError | undefined => {
  const protocol = protocolOf(bytes)
  return protocol === undefined
    ? undefined
    : new TransportError({ reason: "NotMqtt", cause: new Error(protocol) })
}

const protocolOf = (bytes: Uint8Array): string | undefined => {
  if (beginsWith(bytes, http)) return "it answers like a web server"
  return beginsWith(bytes, tlsAlert) || beginsWith(bytes, tlsHandshake) ? "it answers with TLS" : undefined
}

const http = new TextEncoder().encode("HTTP/1.")
/** RFC 8446 section 5.1: the type of the record, then the major version. */
const tlsAlert = [0x15, 0x03]
const tlsHandshake = [0x16, 0x03]

const beginsWith = (bytes: Uint8Array, start: ArrayLike<number>): boolean => {
  for (let index = 0; index < start.length; index++) if (bytes[index] !== start[index]) return false
  return true
}

/** A server need not say what it has against a CONNECT [MQTT-3.1.4-1]. */
class HungUp extends Error {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? ` (${cause.message})` : "; is this the port for this protocol?"
    super(`the server hung up before it answered${why}`, { cause })
  }
}

/** Why a link has ended over which nothing has come. */
export const explainEnd = (error: TransportError): TransportError =>
  error.reason === "Closed" || error.reason === "Read"
    ? new TransportError({ reason: error.reason, cause: new HungUp(error.cause) })
    : error

/** Whether the link ended without a word from the server. */
export const hungUp = (error: LinkError): boolean =>
  error.cause instanceof TransportError && error.cause.cause instanceof HungUp
