import * as DiscoveryBroadcast from "@effect-mqtt/roborock/DiscoveryBroadcast"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { DeviceIdentity } from "../../Account.ts"
import type { HomeNetwork } from "../../Ground.ts"
import * as LocalPort from "../../LocalPort.ts"
import type { Faults } from "./faults.ts"

export interface Options {
  readonly identity: DeviceIdentity
  readonly home: HomeNetwork
  readonly host: string
  readonly version: LocalPort.LocalVersion
  readonly device: LocalPort.Options["device"]
  readonly broadcastEvery: Duration.DurationInput
  readonly faults: Faults
  /** A request was answered. */
  readonly onAnswered: Effect.Effect<void>
}

/** A robot on the home network: its TCP port, and the broadcasts that tell where it is. */
export const makeHomePresence = (options: Options) =>
  Effect.gen(function*() {
    const { faults, home, host, identity, version } = options
    const isOpen = yield* Effect.makeLatch(true)
    const isClosed = yield* Effect.makeLatch(false)
    const random = yield* Effect.random
    let isSilent = false
    let seq = 0

    const broadcast = Effect.suspend(() =>
      faults.isUnheard(identity.name)
        ? Effect.void
        : home.broadcast(host, DiscoveryBroadcast.encode({ duid: identity.duid, ip: host, version }, ++seq))
    )
    const run = Effect.gen(function*() {
      yield* isOpen.await
      const serve = LocalPort.serve({
        localKey: identity.localKey,
        version,
        device: options.device,
        isSilent: () => isSilent,
        trouble: () => faults.local(identity.name),
        onAnswered: options.onAnswered
      })
      yield* Effect.catchAll(home.listen(host, serve), (error) => Effect.logWarning(error.message))
      yield* Effect.raceFirst(Effect.repeat(broadcast, Schedule.spaced(options.broadcastEvery)), isClosed.await)
    }).pipe(Effect.scoped, Effect.forever, Effect.withRandom(random))

    return {
      run,
      setMode: (mode: "open" | "silent" | "closed"): Effect.Effect<void> =>
        Effect.suspend(() => {
          isSilent = mode === "silent"
          return mode === "closed"
            ? Effect.asVoid(Effect.zipRight(isOpen.close, isClosed.open))
            : Effect.asVoid(Effect.zipRight(isClosed.close, isOpen.open))
        })
    }
  })
