/** Which protocol version the next attempt speaks [5 §3.1.2.2]. */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import type { LinkError } from "./linkFailed.ts"
import type { Settings } from "./settings.ts"

export interface Version {
  readonly next: () => ProtocolVersion.ProtocolVersion
  /** Whether the attempt failed over its version and another one is worth trying. */
  readonly refused: (tried: ProtocolVersion.ProtocolVersion, error: LinkError) => boolean
}

/** The reason code of MQTT 5, and the return code of a server that knows 3.1.1 only. */
const unsupportedVersion = new Set([0x84, 0x01])

export const isVersionRefusal = (error: LinkError): boolean =>
  error._tag === "ConnectError" && error.reason === "ConnectRefused" &&
  unsupportedVersion.has(error.reasonCode ?? 0)

export const make = ({ protocolVersion, versionFallback }: Settings): Version => {
  let version = protocolVersion
  return {
    next: () => version,
    refused: (tried, error) => {
      if (!versionFallback || !isVersionRefusal(error)) return false
      // One retry: a server that refuses both is asked in version 5 the next time.
      version = tried === 5 ? 4 : 5
      return tried === 5
    }
  }
}
