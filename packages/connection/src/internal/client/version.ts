/** Which protocol version the next attempt speaks [5 §3.1.2.2]. */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import { hungUp } from "./foreignPeer.ts"
import type { LinkError } from "./linkFailed.ts"
import type { Settings } from "./settings.ts"

export interface Version {
  readonly next: () => ProtocolVersion.ProtocolVersion
  /** Whether the attempt failed over its version and another one is worth trying. */
  readonly refused: (tried: ProtocolVersion.ProtocolVersion, error: LinkError) => boolean
  /** A server speaks the version. */
  readonly ready: () => void
}

/** The reason code of MQTT 5, and the return code of a server that knows 3.1.1 only. */
const unsupportedVersion = new Set([0x84, 0x01])

const isRefusal = (error: LinkError): boolean =>
  error._tag === "ConnectError" && error.reason === "ConnectRefused" &&
  unsupportedVersion.has(error.reasonCode ?? 0)

/** Some servers hang up on a version that they do not speak, without the CONNACK that they owe (decision 7). */
export const mayBeRefusal = (error: LinkError): boolean => isRefusal(error) || hungUp(error)

export const make = ({ protocolVersion, versionFallback }: Settings): Version => {
  let version = protocolVersion
  let isSpoken = false
  return {
    next: () => version,
    refused: (tried, error) => {
      // A server that has spoken it before and hangs up has something else.
      if (!versionFallback || !(isSpoken ? isRefusal : mayBeRefusal)(error)) return false
      // One retry: a server that refuses both is asked in version 5 the next time.
      version = tried === 5 ? 4 : 5
      return tried === 5
    },
    ready: () => {
      isSpoken = true
    }
  }
}
