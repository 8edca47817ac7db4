/**
 * Where devices are on the home network, as they say themselves.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as DiscoveryBroadcast from "./DiscoveryBroadcast.ts"
import * as log from "./internal/log.ts"
import { LocalNetwork } from "./LocalNetwork.ts"

/**
 * A device that was heard, and when (Unix milliseconds).
 *
 * @since 0.1.0
 * @category models
 */
export interface Sighting extends DiscoveryBroadcast.Broadcast {
  readonly at: number
}

/**
 * What has been heard on the discovery port. One listener serves all devices.
 *
 * @since 0.1.0
 * @category tags
 */
export class LocalDiscovery extends Context.Tag("@effect-mqtt/roborock/LocalDiscovery")<LocalDiscovery, {
  /** The last broadcast of a device, if there was one. */
  readonly last: (duid: string) => Effect.Effect<Sighting | undefined>
  /** Broadcasts from now on. A slow reader misses the oldest of more than 64. */
  readonly sightings: Stream.Stream<Sighting>
}>() {}

/** Bounds what strangers on the network can make us remember; the oldest goes first. */
const maxDevices = 256

/** Another program may hold the port for a while; without it devices are found through the cloud. */
const betweenTries = Schedule.spaced("5 minutes")

/**
 * Listens until the scope closes. A port that cannot be opened is not a failure: then nothing is heard, and it is tried
 * again every five minutes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<LocalDiscovery["Type"], never, LocalNetwork | Scope.Scope> = Effect.gen(function*() {
  const network = yield* LocalNetwork
  const hub = yield* Effect.acquireRelease(PubSub.sliding<Sighting>(64), PubSub.shutdown)
  const known = new Map<string, Sighting>()

  const hear = ({ bytes }: { readonly bytes: Uint8Array }) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const broadcast = DiscoveryBroadcast.decode(bytes)
      if (Either.isLeft(broadcast)) return log.trace(broadcast.left.message)
      const sighting = { ...broadcast.right, at }
      known.delete(sighting.duid)
      known.set(sighting.duid, sighting)
      const [oldest] = known.keys()
      if (known.size > maxDevices && oldest !== undefined) known.delete(oldest)
      return PubSub.publish(hub, sighting)
    })

  yield* network.datagrams(DiscoveryBroadcast.port).pipe(
    Stream.tapError((error) => log.debug(`no discovery on the home network: ${error.message}`)),
    // A stream that fails while it runs fails a fiber of the runtime as well, whose log has its stack.
    Stream.retry(betweenTries),
    Stream.runForEach(hear),
    Effect.interruptible,
    Effect.forkScoped
  )
  return { last: (duid) => Effect.sync(() => known.get(duid)), sightings: Stream.fromPubSub(hub) }
})

/**
 * The discovery as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<LocalDiscovery, never, LocalNetwork> = Layer.scoped(LocalDiscovery, make)
