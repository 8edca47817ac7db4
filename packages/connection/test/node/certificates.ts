/** Certificates that exist for one test run; undefined where there is no openssl. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Pair {
  readonly key: string
  readonly cert: string
}

export interface Certificates {
  readonly ca: string
  /** For localhost, 127.0.0.1 and ::1. */
  readonly server: Pair
  readonly otherHost: Pair
  readonly client: Pair
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

const create = (): Certificates => {
  const directory = mkdtempSync(join(tmpdir(), "effect-mqtt-"))
  const at = (name: string) => join(directory, name)
  const openssl = (...parameters: ReadonlyArray<string>) => execFileSync("openssl", parameters, { stdio: "ignore" })
  const read = (name: string) => readFileSync(at(name), "utf8")
  try {
    openssl(
      ...["req", "-x509", ...newKey, "-days", "1", "-subj", "/CN=test authority"],
      ...["-addext", "basicConstraints=critical,CA:TRUE", "-keyout", at("ca.key"), "-out", at("ca.crt")]
    )
    const sign = (name: string, extensions: string): Pair => {
      writeFileSync(at("extensions"), extensions)
      openssl("req", ...newKey, "-subj", `/CN=${name}`, "-keyout", at(`${name}.key`), "-out", at(`${name}.csr`))
      openssl(
        ...["x509", "-req", "-days", "1", "-in", at(`${name}.csr`), "-CA", at("ca.crt"), "-CAkey", at("ca.key")],
        ...["-CAcreateserial", "-extfile", at("extensions"), "-out", at(`${name}.crt`)]
      )
      return { key: read(`${name}.key`), cert: read(`${name}.crt`) }
    }
    return {
      ca: read("ca.crt"),
      server: sign("localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n"),
      otherHost: sign("elsewhere", "subjectAltName=DNS:elsewhere.example\n"),
      client: sign("client", "extendedKeyUsage=clientAuth\n")
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const tryCreate = (): Certificates | undefined => {
  try {
    return create()
  } catch {
    console.warn("skipped without openssl: everything over TLS")
    return undefined
  }
}

export const certificates = tryCreate()
