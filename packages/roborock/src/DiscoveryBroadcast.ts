/**
 * The datagrams with which devices announce themselves on the home network (PROTOCOL 5.5), in both directions. Pure.
 *
 * @since 0.1.0
 */
import { ecb, gcm } from "@noble/ciphers/aes.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import CRC32 from "crc-32"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type { Version } from "./Frame.ts"
import { versionAt } from "./internal/frame/version.ts"
import { isRecord, parseJson } from "./internal/v1/json.ts"

/**
 * What a device says about itself: who and where it is. `version` is the local protocol that it speaks.
 *
 * @since 0.1.0
 * @category models
 */
export interface Broadcast {
  readonly version: Version
  readonly duid: string
  readonly ip: string
}

/**
 * Why a datagram is not a device's broadcast. Other programs may send anything to this port.
 *
 * @since 0.1.0
 * @category errors
 */
export class BroadcastError extends Data.TaggedError("BroadcastError")<{
  readonly reason: "NeedMoreData" | "UnknownVersion" | "CrcMismatch" | "DecryptFailed" | "MalformedPayload"
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Datagram on the discovery port: ${this.reason}`
  }
}

/**
 * The UDP port that devices broadcast to.
 *
 * @since 0.1.0
 * @category constants
 */
export const port = 58_866

const token = utf8ToBytes("qWKYcdQWrbm9hPqe")
const headerBytes = 11
const crcBytes = 4
const ivHeaderBytes = 9

const cipherOf = (scheme: "1.0" | "L01", header: Uint8Array) =>
  scheme === "1.0" ? ecb(token) : gcm(sha256(token), sha256(header.subarray(0, ivHeaderBytes)).subarray(0, 12))

/** B01 devices use the newer scheme, as far as is known; the older one is tried after it. */
const schemesOf = (version: Version): ReadonlyArray<"1.0" | "L01"> => {
  switch (version) {
    case "1.0":
      return ["1.0"]
    case "L01":
      return ["L01"]
    case "A01":
    case "B01":
      return ["L01", "1.0"]
  }
}

const decrypt = (
  version: Version,
  header: Uint8Array,
  sealed: Uint8Array
): Either.Either<Uint8Array, BroadcastError> => {
  let failure: unknown
  for (const scheme of schemesOf(version)) {
    try {
      return Either.right(cipherOf(scheme, header).decrypt(sealed))
    } catch (cause) {
      failure = cause
    }
  }
  return Either.left(new BroadcastError({ reason: "DecryptFailed", cause: failure }))
}

const maxTextLength = 64

const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxTextLength

/**
 * Reads a datagram. Anybody on the network can send one, and its key is public: what it says is only a hint where to
 * look, and only the device's own key proves who answers there.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (datagram: Uint8Array): Either.Either<Broadcast, BroadcastError> => {
  const fail = (reason: BroadcastError["reason"]) => Either.left(new BroadcastError({ reason }))
  if (datagram.length < headerBytes + crcBytes) return fail("NeedMoreData")
  const version = versionAt(datagram, 0)
  if (version === undefined) return fail("UnknownVersion")
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length)
  const end = headerBytes + view.getUint16(headerBytes - 2)
  if (datagram.length < end + crcBytes) return fail("NeedMoreData")
  if (CRC32.buf(datagram.subarray(0, end)) !== view.getInt32(end)) return fail("CrcMismatch")
  return Either.flatMap(decrypt(version, datagram, datagram.subarray(headerBytes, end)), (text) => {
    const json = Either.getOrUndefined(parseJson(text))
    const duid = isRecord(json) ? json["duid"] : undefined
    const ip = isRecord(json) ? json["ip"] : undefined
    return isText(duid) && isText(ip) ? Either.right({ version, duid, ip }) : fail("MalformedPayload")
  })
}

/**
 * Writes a datagram, as a device does; `seq` counts those of version 1.0.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (
  { duid, ip, version }: Broadcast & { readonly version: "1.0" | "L01" },
  seq = 0
): Uint8Array => {
  const header = new Uint8Array(headerBytes)
  const headerView = new DataView(header.buffer)
  for (let index = 0; index < 3; index++) header[index] = version.charCodeAt(index)
  headerView.setUint32(3, seq)
  const sealed = cipherOf(version, header).encrypt(utf8ToBytes(JSON.stringify({ duid, ip })))
  headerView.setUint16(headerBytes - 2, sealed.length)
  const datagram = new Uint8Array(headerBytes + sealed.length + crcBytes)
  datagram.set(header)
  datagram.set(sealed, headerBytes)
  const end = headerBytes + sealed.length
  new DataView(datagram.buffer).setInt32(end, CRC32.buf(datagram.subarray(0, end)))
  return datagram
}
