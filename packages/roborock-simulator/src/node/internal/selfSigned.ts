import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Crypto from "node:crypto"
import * as Net from "node:net"
import * as Der from "./der.ts"

/** Both are PEM. */
export interface SelfSigned {
  readonly certificate: string
  readonly key: Redacted.Redacted<string>
}

const dayMillis = 86_400_000
const validDays = 365

const objects = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1"
} as const

/** Signs, and signs certificates: bits 0 and 5. */
const signing = Uint8Array.from([0b1000_0100])
const signingUnusedBits = 2

const addressBytes = (address: string): Uint8Array => {
  if (Net.isIPv4(address)) return Uint8Array.from(address.split(".").map(Number))
  const [head = "", tail] = address.split("::")
  const groups = (part: string | undefined): ReadonlyArray<number> =>
    part === undefined || part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16))
  const front = groups(head)
  const back = groups(tail)
  const all = [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

const nameOf = (host: string): Uint8Array =>
  Net.isIP(host) === 0 ? Der.taggedBytes(2, Buffer.from(host)) : Der.taggedBytes(7, addressBytes(host))

const extension = (object: string, content: Uint8Array, critical = false): Uint8Array =>
  Der.sequence(Der.object(object), ...(critical ? [Der.yes] : []), Der.octets(content))

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${
    Buffer.from(der).toString("base64").replace(/.{64}(?=.)/g, "$&\n")
  }\n-----END ${label}-----\n`

/** Makes a certificate for some names and addresses that signs itself, as strict clients want it (RFC 5280), for a year. */
export const selfSigned = (hosts: ReadonlyArray<string>): Effect.Effect<SelfSigned> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const { privateKey, publicKey } = Crypto.generateKeyPairSync("ec", { namedCurve: "P-256" })
    const publicDer = publicKey.export({ type: "spki", format: "der" })
    const keyId = Crypto.createHash("sha1").update(publicDer).digest()
    const algorithm = Der.sequence(Der.object(objects.ecdsaWithSha256))
    const name = Der.sequence(
      Der.set(Der.sequence(Der.object(objects.commonName), Der.text("Roborock simulator")))
    )
    const unsigned = Der.sequence(
      Der.tagged(0, Der.integer(2)),
      // Without a zero in front, whatever is drawn.
      Der.integer(0x40, ...Crypto.randomBytes(15)),
      algorithm,
      name,
      Der.sequence(Der.time(now - dayMillis), Der.time(now + validDays * dayMillis)),
      name,
      publicDer,
      Der.tagged(
        3,
        Der.sequence(
          extension(objects.basicConstraints, Der.sequence(Der.yes), true),
          extension(objects.keyUsage, Der.bits(signing, signingUnusedBits), true),
          extension(objects.extendedKeyUsage, Der.sequence(Der.object(objects.serverAuth))),
          extension(objects.subjectAltName, Der.sequence(...hosts.map(nameOf))),
          extension(objects.subjectKeyId, Der.octets(keyId)),
          extension(objects.authorityKeyId, Der.sequence(Der.taggedBytes(0, keyId)))
        )
      )
    )
    const signature = Crypto.sign("sha256", unsigned, privateKey)
    return {
      certificate: pem("CERTIFICATE", Der.sequence(unsigned, algorithm, Der.bits(signature))),
      key: Redacted.make(privateKey.export({ type: "pkcs8", format: "pem" }).toString())
    }
  })
