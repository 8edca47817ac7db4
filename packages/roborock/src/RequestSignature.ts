/**
 * The Hawk-style `Authorization` header of the signed web API.
 *
 * @since 0.1.0
 */
import { hmac } from "@noble/hashes/hmac.js"
import { md5 } from "@noble/hashes/legacy.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"

/**
 * The fields of `rriot` that sign: user id, session and HMAC key.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rriot {
  readonly u: string
  readonly s: Redacted.Redacted
  readonly h: Redacted.Redacted
}

/**
 * What is signed. At most one of `form` and `json` is present.
 *
 * @since 0.1.0
 * @category models
 */
export interface SignedRequest {
  /** The absolute path as requested, without host and query. */
  readonly path: string
  /** Unix seconds; more than a few minutes of skew are refused by the server. */
  readonly timestamp: number
  /** A short URL-safe text, new for each request. */
  readonly nonce: string
  /** Query parameters, not percent-encoded. */
  readonly query?: Readonly<Record<string, string>> | undefined
  /** Form fields, not percent-encoded. */
  readonly form?: Readonly<Record<string, string>> | undefined
  /** The JSON body, exactly as it is sent. */
  readonly json?: string | undefined
}

const md5Hex = (text: string): string => bytesToHex(md5(utf8ToBytes(text)))

const fieldsHash = (fields: Readonly<Record<string, string>> | undefined): string => {
  const names = Object.keys(fields ?? {}).sort()
  return names.length === 0 ? "" : md5Hex(names.map((name) => `${name}=${fields?.[name]}`).join("&"))
}

/**
 * The message authentication code of a request (PROTOCOL 1.9).
 *
 * @since 0.1.0
 * @category signing
 */
export const mac = (rriot: Rriot, request: SignedRequest): string => {
  const body = request.json === undefined ? fieldsHash(request.form) : md5Hex(request.json)
  const text = [
    rriot.u,
    Redacted.value(rriot.s),
    request.nonce,
    String(request.timestamp),
    md5Hex(request.path),
    fieldsHash(request.query),
    body
  ].join(":")
  return Encoding.encodeBase64(hmac(sha256, utf8ToBytes(Redacted.value(rriot.h)), utf8ToBytes(text)))
}

/**
 * The value of the `Authorization` header. It holds the session, so it stays redacted until it is written.
 *
 * @since 0.1.0
 * @category signing
 */
export const authorization = (rriot: Rriot, request: SignedRequest): Redacted.Redacted =>
  Redacted.make(
    `Hawk id="${rriot.u}",s="${Redacted.value(rriot.s)}",ts="${request.timestamp}",nonce="${request.nonce}",mac="${
      mac(rriot, request)
    }"`
  )

/**
 * Checks a received header against the request it came with: what a simulated server does. The nonce and the time are
 * taken from the header; whether the time is near enough is for the caller to say.
 *
 * @since 0.1.0
 * @category signing
 */
export const verify = (
  rriot: Rriot,
  header: string,
  request: Omit<SignedRequest, "timestamp" | "nonce">
): { readonly timestamp: number; readonly nonce: string } | undefined => {
  const parts = /^Hawk id="([^"]*)",\s*s="([^"]*)",\s*ts="(\d{1,12})",\s*nonce="([^"]{1,64})",\s*mac="([^"]*)"$/.exec(
    header
  )
  const [, id, session, ts, nonce, received] = parts ?? []
  if (id !== rriot.u || session !== Redacted.value(rriot.s) || nonce === undefined) return undefined
  const timestamp = Number(ts)
  return mac(rriot, { ...request, timestamp, nonce }) === received ? { timestamp, nonce } : undefined
}
