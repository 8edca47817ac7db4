/**
 * The `security` object of V1 requests: it tells the device whom a map belongs to and with what to encrypt it.
 *
 * @since 0.1.0
 */
import { md5 } from "@noble/hashes/legacy.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"

/**
 * Endpoint and nonce of one client session (PROTOCOL 4.2).
 *
 * @since 0.1.0
 * @category models
 */
export interface Security {
  /** Eight characters; the device puts them in front of each map it sends. */
  readonly endpoint: string
  /** Sixteen bytes: the AES key of the maps. */
  readonly nonce: Redacted.Redacted<Uint8Array>
}

/**
 * The length of a nonce.
 *
 * @since 0.1.0
 * @category constants
 */
export const nonceBytes = 16

/**
 * The endpoint that belongs to the MQTT key `rriot.k`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const endpoint = (mqttKey: Redacted.Redacted): string =>
  Encoding.encodeBase64(md5(utf8ToBytes(Redacted.value(mqttKey))).subarray(8, 14))

/**
 * The security object for a client session, from `rriot.k` and 16 random bytes.
 *
 * Throws a `RangeError` when the nonce has another length: that is a mistake of the program, not of the input.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (mqttKey: Redacted.Redacted, nonce: Redacted.Redacted<Uint8Array>): Security => {
  if (Redacted.value(nonce).length !== nonceBytes) throw new RangeError(`A nonce has ${nonceBytes} bytes`)
  return { endpoint: endpoint(mqttKey), nonce }
}
