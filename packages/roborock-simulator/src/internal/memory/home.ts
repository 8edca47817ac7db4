import * as DiscoveryBroadcast from "@effect-mqtt/roborock/DiscoveryBroadcast"
import * as LocalChannel from "@effect-mqtt/roborock/LocalChannel"
import * as LocalNetwork from "@effect-mqtt/roborock/LocalNetwork"
import * as Effect from "effect/Effect"
import type { HomeNetwork } from "../../Ground.ts"

/** A home network in memory, whose robots have addresses that are reserved for documentation. */
export const makeMemoryHome = Effect.map(LocalNetwork.makeMemory, ({ broadcast, listen, network }) => {
  const home: HomeNetwork = {
    addressOf: (index) => Effect.succeed(`192.0.2.${10 + index}`),
    listen: (host, serve) => listen(host, LocalChannel.port, serve),
    broadcast: (from, bytes) => broadcast(DiscoveryBroadcast.port, { bytes, from })
  }
  return { home, network }
})
