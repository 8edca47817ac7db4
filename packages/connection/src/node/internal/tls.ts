/** TLS over a stream, and what went wrong in a handshake. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { X509Certificate } from "node:crypto"
import * as Net from "node:net"
import type { Duplex } from "node:stream"
import * as Tls from "node:tls"
import { TransportError } from "../../MqttError.ts"
import type { TlsOptions } from "../NodeTransportOptions.ts"
import { establish, openError } from "./opening.ts"

export const secure = (
  stream: Duplex,
  host: string,
  options: TlsOptions
): Effect.Effect<Tls.TLSSocket, TransportError, Scope.Scope> => {
  const name = options.servername ?? host
  const protocols = options.alpnProtocols ?? []
  if (protocols.includes("")) return unsupported(new Error("the name of an application protocol is empty"))
  const connect = () =>
    Tls.connect({
      socket: stream,
      // What the certificate has to be for; server name indication takes names only.
      host: name,
      ...(Net.isIP(name) === 0 ? { servername: name } : {}),
      rejectUnauthorized: options.verify ?? true,
      checkServerIdentity: checkIdentity,
      ...(options.ca === undefined ? {} : { ca: toText(options.ca) }),
      ...(options.certificate === undefined ? {} : { cert: toText(options.certificate) }),
      ...(options.key === undefined ? {} : { key: Redacted.value(options.key) }),
      ...(options.passphrase === undefined ? {} : { passphrase: Redacted.value(options.passphrase) }),
      ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
      ...(options.minVersion === undefined ? {} : { minVersion: options.minVersion })
    })
  return Effect.filterOrFail(
    establish(connect, "secureConnect", explain),
    // A server that does not know ALPN goes on without it.
    (socket) => protocols.length === 0 || socket.alpnProtocol !== false,
    () => untrusted(new Error(`the server chose none of the protocols ${protocols.join(", ")}`))
  )
}

/**
 * Some versions of Node 22 look for an IPv6 address among the names of a certificate. One with a zone is for no certificate
 * to name, and to ask for it throws, which would end the process.
 */
const checkIdentity = (host: string, certificate: Tls.PeerCertificate): Error | undefined =>
  Net.isIPv6(host) && !host.includes("%") && new X509Certificate(certificate.raw).checkIP(host) !== undefined
    ? undefined
    : Tls.checkServerIdentity(host, certificate)

const toText = (pem: string | ReadonlyArray<string>): string | Array<string> => typeof pem === "string" ? pem : [...pem]

const unsupported = (cause: unknown) => new TransportError({ reason: "Unsupported", cause })

const untrusted = (cause: unknown) => new TransportError({ reason: "Untrusted", cause })

const explain = (cause: unknown, socket: Tls.TLSSocket | undefined): TransportError => {
  if (cause instanceof TransportError) return cause
  // Nothing was sent: the options hold a key or a certificate that cannot be used.
  if (socket === undefined) return unsupported(cause)
  const code = codeOf(cause)
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return new TransportError({ reason: "WrongHost", cause })
  // Set when the verification of the peer's certificate failed, whatever its reason.
  if (Boolean(socket.authorizationError)) return untrusted(cause)
  if (foreign.test(code)) return new TransportError({ reason: "NotTls", cause: notTls() })
  if (code === "ECONNRESET") return new TransportError({ reason: "NotTls", cause: hungUp() })
  return refusal(cause) ?? openError(cause)
}

/** An alert about our certificate comes after the handshake in TLS 1.3: it ends a link that seemed to be made. */
export const refusal = (cause: unknown): TransportError | undefined =>
  refused.test(codeOf(cause)) ? untrusted(cause) : undefined

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** OpenSSL's reasons: alerts about our certificate, and nothing in common. */
const refused =
  /^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE|NO_APPLICATION_PROTOCOL|HANDSHAKE_FAILURE|ACCESS_DENIED|INSUFFICIENT_SECURITY)/

/** OpenSSL's reasons when the first bytes are no TLS record. */
const foreign =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE)|^EPROTO$/

const notTls = () => new Error("it answered in another protocol; does the port take plain connections?")

/** What a server does that takes our first bytes for a malformed packet. */
const hungUp = () => new Error("it hung up during the handshake; does the port take plain connections?")
