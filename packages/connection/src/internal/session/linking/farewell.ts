/** The DISCONNECT of a client [5 §3.14, 311 §3.14]. */
import type { Packet } from "@effect-mqtt/codec"
import type { Output } from "../output.ts"

/** In 3.1.1 every DISCONNECT deletes the will: to have it published, nothing is written. */
export const write = (
  output: Output,
  connect: Packet.Connect | undefined,
  reasonCode: number,
  properties: Packet.Disconnect["properties"]
): void => {
  if (output.version() === 4) {
    if (reasonCode === 0) output.write({ _tag: "Disconnect" })
    return
  }
  // A session that was not asked for cannot be asked for in the end [5 §3.14.2.2.2].
  const { sessionExpiryInterval, ...words } = properties ?? {}
  const isAskedFor = (connect?.properties?.sessionExpiryInterval ?? 0) > 0
  const expiry = sessionExpiryInterval === undefined || !isAskedFor ? {} : { sessionExpiryInterval }
  // Less is said to a server that takes small packets only: that the link ends on purpose matters most.
  for (const said of [{ ...expiry, ...words }, expiry, {}]) {
    if (output.write({ _tag: "Disconnect", reasonCode, properties: said }) === undefined) return
  }
}
