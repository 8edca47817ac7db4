import { cbc, ecb, gcm } from "@noble/ciphers/aes.js"
import type * as Redacted from "effect/Redacted"
import type { KeyedHeader, Nonces } from "../../FrameKeys.ts"
import { a01Iv, b01Iv, l01AdditionalData, l01Iv, l01Key, plainKey, v1Key } from "../../FrameKeys.ts"

/** What encrypts and decrypts the payload of one frame. `decrypt` throws on bad padding or a wrong tag. */
export interface PayloadCipher {
  readonly encrypt: (plaintext: Uint8Array) => Uint8Array
  readonly decrypt: (ciphertext: Uint8Array) => Uint8Array
  readonly encryptedLength: (plaintextLength: number) => number
}

const padded = (length: number): number => length - (length % 16) + 16

const withLength = (
  cipher: Pick<PayloadCipher, "encrypt" | "decrypt">,
  encryptedLength: (length: number) => number
): PayloadCipher => ({
  encrypt: (plaintext) => cipher.encrypt(plaintext),
  decrypt: (ciphertext) => cipher.decrypt(ciphertext),
  encryptedLength
})

/** The cipher of a frame, or why there is none. */
export const payloadCipher = (
  version: "1.0" | "A01" | "B01" | "L01",
  header: KeyedHeader,
  localKey: Redacted.Redacted,
  nonces: Nonces | undefined
): PayloadCipher | "InvalidLocalKey" | "NoHandshake" => {
  switch (version) {
    case "1.0":
      return withLength(ecb(v1Key(localKey, header.timestamp)), padded)
    case "L01":
      return nonces === undefined
        ? "NoHandshake"
        : withLength(
          gcm(l01Key(localKey, header.timestamp), l01Iv(header), l01AdditionalData(header, nonces)),
          (length) => length + 16
        )
    case "A01":
    case "B01": {
      const key = plainKey(localKey)
      if (key === undefined) return "InvalidLocalKey"
      return withLength(cbc(key, version === "A01" ? a01Iv(header.random) : b01Iv(header.random)), padded)
    }
  }
}
