/**
 * Fields of the login API that are computed: the client id header and the encrypted password. Pure.
 *
 * @since 0.1.0
 */
import { ecb } from "@noble/ciphers/aes.js"
import { md5 } from "@noble/hashes/legacy.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"

/**
 * The `header_clientid` of the login API (PROTOCOL 1.3); it stays the same as long as the device identifier does.
 *
 * @since 0.1.0
 * @category fields
 */
export const clientId = (username: string, deviceIdentifier: string): string =>
  Encoding.encodeBase64(md5(utf8ToBytes(username + deviceIdentifier)))

const passwordCipher = (signingKey: Redacted.Redacted) => {
  const key = Redacted.value(signingKey)
  return ecb(utf8ToBytes(key.slice(4) + key.slice(0, 4)))
}

/**
 * The `password` field of the v4 password login (PROTOCOL 1.7). `signingKey` is the `data.k` of the signing call; one
 * that is not 16 bytes long cannot be used and gives `undefined`.
 *
 * @since 0.1.0
 * @category fields
 */
export const encryptPassword = (password: Redacted.Redacted, signingKey: Redacted.Redacted): string | undefined =>
  utf8ToBytes(Redacted.value(signingKey)).length === 16
    ? Encoding.encodeBase64(passwordCipher(signingKey).encrypt(utf8ToBytes(Redacted.value(password))))
    : undefined

/**
 * Reads the `password` field back, as a simulated server does; `undefined` when it was not made with this key.
 *
 * @since 0.1.0
 * @category fields
 */
export const decryptPassword = (field: string, signingKey: Redacted.Redacted): Redacted.Redacted | undefined => {
  const bytes = Encoding.decodeBase64(field)
  if (Either.isLeft(bytes)) return undefined
  try {
    return Redacted.make(new TextDecoder().decode(passwordCipher(signingKey).decrypt(bytes.right)))
  } catch {
    return undefined
  }
}
