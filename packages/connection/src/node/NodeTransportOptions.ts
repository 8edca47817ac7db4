/**
 * What the transport of Node needs besides the endpoint: TLS, WebSocket, proxy and time-outs.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { TransportError } from "../MqttError.ts"

/**
 * A value, or an Effect that is evaluated for every wire that is opened: certificates that are
 * renewed, a header with a fresh token.
 *
 * @since 0.1.0
 * @category models
 */
export type PerAttempt<A> = A | Effect.Effect<A, TransportError>

/**
 * How TLS is spoken. Certificates and keys are PEM.
 *
 * @since 0.1.0
 * @category models
 */
export interface TlsOptions {
  /**
   * Who may sign the server's certificate.
   *
   * @default the roots that Node brings
   */
  readonly ca?: string | ReadonlyArray<string> | undefined
  /** The client's certificate, with its chain. */
  readonly certificate?: string | ReadonlyArray<string> | undefined
  /** The private key of `certificate`. */
  readonly key?: Redacted.Redacted<string> | undefined
  /** What `key` is encrypted with. */
  readonly passphrase?: Redacted.Redacted<string> | undefined
  /** The protocols to offer (ALPN), best first. The server has to choose one of them; none if empty. */
  readonly alpnProtocols?: ReadonlyArray<string> | undefined
  /**
   * The name that is sent to the server (SNI) and that its certificate has to be for.
   *
   * @default the endpoint's host
   */
  readonly servername?: string | undefined
  /**
   * Whether the server's certificate is verified. Without that, anybody on the way can read and
   * change everything: turn it off for experiments only.
   *
   * @default true
   */
  readonly verify?: boolean | undefined
  /**
   * The oldest version to speak.
   *
   * @default "TLSv1.2"
   */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined
}

/**
 * How a WebSocket is opened.
 *
 * @since 0.1.0
 * @category models
 */
export interface WebSocketOptions {
  /** Sent with the upgrade request, for example `Authorization`. */
  readonly headers?: PerAttempt<Readonly<Record<string, string | Redacted.Redacted<string>>>> | undefined
  /**
   * MQTT demands that the server chooses the subprotocol `mqtt`; `optional` accepts one that chooses
   * none [5 §6].
   *
   * @default "required"
   */
  readonly subprotocol?: "required" | "optional" | undefined
  /**
   * The largest message accepted. A server may put one MQTT packet, or several, into a message. Anything but a whole
   * number of at least 1 is a defect.
   *
   * @default 64 MiB
   */
  readonly maxMessageBytes?: number | undefined
}

/**
 * A proxy for everything but Unix sockets: an HTTP proxy that tunnels (`CONNECT`), or SOCKS5. It
 * resolves the server's name.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProxyOptions {
  readonly protocol: "http" | "socks5"
  readonly host: string
  readonly port: number
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
}

/**
 * How long each step of opening may take. `connectTimeout` of a client bounds all of them together.
 *
 * @since 0.1.0
 * @category models
 */
export interface Timeouts {
  /** Name resolution. @default "10 seconds" */
  readonly resolve?: Duration.DurationInput | undefined
  /** Connecting, to the server or the proxy. @default "10 seconds" */
  readonly connect?: Duration.DurationInput | undefined
  /** The answers of the proxy. @default "10 seconds" */
  readonly proxy?: Duration.DurationInput | undefined
  /** The TLS handshake. @default "10 seconds" */
  readonly tls?: Duration.DurationInput | undefined
  /** The WebSocket upgrade. @default "10 seconds" */
  readonly upgrade?: Duration.DurationInput | undefined
}

/**
 * What a transport needs besides the endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** For `mqtts` and `wss`. @default the server is verified by the roots that Node brings */
  readonly tls?: PerAttempt<TlsOptions> | undefined
  /** For `ws` and `wss`. */
  readonly webSocket?: WebSocketOptions | undefined
  /** For all but Unix sockets. @default none */
  readonly proxy?: PerAttempt<ProxyOptions | undefined> | undefined
  /** For the steps of opening. */
  readonly timeouts?: Timeouts | undefined
}
