/** Which protocol version the next attempt speaks [5 §3.1.2.2]. */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import type { Settings } from "../engine/settings.ts"
import { hungUp } from "../link/foreignPeer.ts"
import type { LinkError } from "../link/linkFailed.ts"

/** The reason code of MQTT 5, and the return code of a server that knows 3.1.1 only. */
const unsupportedVersion = new Set([0x84, 0x01])

const isRefusal = (error: LinkError): boolean =>
  error._tag === "ConnectError" && error.reason === "ConnectRefused" &&
  unsupportedVersion.has(error.reasonCode ?? 0)

/** Some servers hang up on a version that they do not speak, without the CONNACK that they owe (decision 7). */
export const mayBeRefusal = (error: LinkError): boolean => isRefusal(error) || hungUp(error)

export class Version {
  readonly #hasFallback: boolean
  #version: ProtocolVersion.ProtocolVersion
  #isSpoken = false

  constructor({ protocolVersion, versionFallback }: Settings) {
    this.#hasFallback = versionFallback
    this.#version = protocolVersion
  }

  get next(): ProtocolVersion.ProtocolVersion {
    return this.#version
  }

  /** Whether the attempt failed over its version and another one is worth trying. */
  refused(tried: ProtocolVersion.ProtocolVersion, error: LinkError): boolean {
    // A server that has spoken it before and hangs up has something else.
    if (!this.#hasFallback || !(this.#isSpoken ? isRefusal : mayBeRefusal)(error)) return false
    // One retry: a server that refuses both is asked in version 5 the next time.
    this.#version = tried === 5 ? 4 : 5
    return tried === 5
  }

  /** A server speaks the version. */
  ready(): void {
    this.#isSpoken = true
  }
}
