/**
 * How frame keys and initialisation vectors follow from the local key and a frame's header (PROTOCOL 3.3 to 3.7).
 * `Frame` uses them; they are public for people who look into captured traffic.
 *
 * @since 0.1.0
 */
import { md5 } from "@noble/hashes/legacy.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Redacted from "effect/Redacted"

const salt = "TXdfu$jyZ#TZHsg4"
const a01IvSuffix = "726f626f726f636b2d67a6d6da"
const b01IvSuffix = "5wwh9ikChRjASpMU8cxg7o1d2E"
const timestampOrder = [5, 6, 3, 7, 1, 2, 0, 4]

/**
 * The part of a frame header that decides keys and initialisation vectors.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyedHeader {
  readonly seq: number
  readonly random: number
  readonly timestamp: number
}

/**
 * The two numbers agreed in the hello exchange of the local channel.
 *
 * @since 0.1.0
 * @category models
 */
export interface Nonces {
  readonly connectNonce: number
  readonly ackNonce: number
}

const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, "0")

const words = (...values: ReadonlyArray<number>): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => view.setUint32(index * 4, value >>> 0))
  return bytes
}

/**
 * The timestamp as eight hex digits in the order that the keys use.
 *
 * @since 0.1.0
 * @category keys
 */
export const encodeTimestamp = (timestamp: number): string => {
  const hex = hex8(timestamp)
  return timestampOrder.map((index) => hex.charAt(index)).join("")
}

const keyMaterial = (localKey: Redacted.Redacted, timestamp: number): Uint8Array =>
  utf8ToBytes(encodeTimestamp(timestamp) + Redacted.value(localKey) + salt)

/**
 * The AES-128-ECB key of a version `1.0` frame. Any length of local key is accepted.
 *
 * @since 0.1.0
 * @category keys
 */
export const v1Key = (localKey: Redacted.Redacted, timestamp: number): Uint8Array =>
  md5(keyMaterial(localKey, timestamp))

/**
 * The AES-256-GCM key of a version `L01` frame.
 *
 * @since 0.1.0
 * @category keys
 */
export const l01Key = (localKey: Redacted.Redacted, timestamp: number): Uint8Array =>
  sha256(keyMaterial(localKey, timestamp))

/**
 * The initialisation vector of a version `L01` frame. The header must not repeat under one key.
 *
 * @since 0.1.0
 * @category keys
 */
export const l01Iv = (header: KeyedHeader): Uint8Array =>
  sha256(words(header.seq, header.random, header.timestamp)).subarray(0, 12)

/**
 * The data that a version `L01` frame authenticates beside its payload.
 *
 * @since 0.1.0
 * @category keys
 */
export const l01AdditionalData = (header: KeyedHeader, nonces: Nonces): Uint8Array =>
  words(header.seq, nonces.connectNonce, nonces.ackNonce, header.random, header.timestamp)

const ivText = (random: number, suffix: string, from: number): Uint8Array =>
  utf8ToBytes(bytesToHex(md5(utf8ToBytes(hex8(random) + suffix))).slice(from, from + 16))

/**
 * The AES-128-CBC initialisation vector of a version `A01` frame.
 *
 * @since 0.1.0
 * @category keys
 */
export const a01Iv = (random: number): Uint8Array => ivText(random, a01IvSuffix, 8)

/**
 * The AES-128-CBC initialisation vector of a version `B01` frame.
 *
 * @since 0.1.0
 * @category keys
 */
export const b01Iv = (random: number): Uint8Array => ivText(random, b01IvSuffix, 9)

/**
 * The AES-128-CBC key of `A01` and `B01` frames: the bytes of the local key; any other length than 16 gives `undefined`.
 *
 * @since 0.1.0
 * @category keys
 */
export const plainKey = (localKey: Redacted.Redacted): Uint8Array | undefined => {
  const key = utf8ToBytes(Redacted.value(localKey))
  return key.length === 16 ? key : undefined
}
