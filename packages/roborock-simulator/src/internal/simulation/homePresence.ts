import * as DiscoveryBroadcast from "@effect-mqtt/roborock/DiscoveryBroadcast"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { DeviceIdentity } from "../../Account.ts"
import type { HomeNetwork } from "../../Ground.ts"
import * as LocalPort from "../../LocalPort.ts"
import type { V1Device } from "../../V1Device.ts"
import type { Faults } from "./faults.ts"
import { pushWhenStirred, type QuietTime } from "./whenStirred.ts"

export interface Options {
  readonly identity: DeviceIdentity
  readonly home: HomeNetwork
  readonly host: string
  readonly version: LocalPort.LocalVersion
  readonly device: Pick<V1Device, "handleLocal" | "tickLocal">
  readonly broadcastEvery: Duration.DurationInput
  readonly faults: Faults
  readonly quietTime: QuietTime
  /** A request was answered. */
  readonly onAnswered: Effect.Effect<void>
}

/** A client that does not read misses the oldest of more. */
const maxPushes = 16

/** A robot on the home network: its TCP port, and the broadcasts that tell where it is. */
export const makeHomePresence = (options: Options) =>
  Effect.gen(function*() {
    const { device, faults, home, host, identity, version } = options
    const isOpen = yield* Effect.makeLatch(true)
    const isClosed = yield* Effect.makeLatch(false)
    const random = yield* Effect.random
    const stirred = yield* Effect.makeLatch(false)
    const pushes = yield* PubSub.sliding<(timestamp: number) => Uint8Array>(maxPushes)
    let isSilent = false
    let seq = 0

    const broadcast = Effect.suspend(() =>
      faults.isUnheard(identity.name)
        ? Effect.void
        : home.broadcast(host, DiscoveryBroadcast.encode({ duid: identity.duid, ip: host, version }, ++seq))
    )
    const push = pushWhenStirred(
      stirred,
      options.quietTime,
      Effect.flatMap(
        device.tickLocal,
        (changed) => changed === undefined ? Effect.void : PubSub.publish(pushes, changed)
      )
    )
    const run = Effect.gen(function*() {
      yield* isOpen.await
      const serve = LocalPort.serve({
        localKey: identity.localKey,
        version,
        device,
        pushes: Stream.fromPubSub(pushes),
        isSilent: () => isSilent,
        trouble: () => faults.local(identity.name),
        onAnswered: Effect.zipRight(stirred.open, options.onAnswered)
      })
      yield* Effect.forkScoped(Effect.interruptible(push))
      yield* Effect.catchAll(home.listen(host, serve), (error) => Effect.logWarning(error.message))
      yield* Effect.raceFirst(Effect.repeat(broadcast, Schedule.spaced(options.broadcastEvery)), isClosed.await)
    }).pipe(
      Effect.scoped,
      Effect.forever,
      Effect.annotateLogs({ package: "roborock-simulator", device: identity.name }),
      Effect.withRandom(random)
    )

    return {
      run,
      /** Something has happened that may be worth a push. */
      stir: Effect.asVoid(stirred.open),
      setMode: (mode: "open" | "silent" | "closed"): Effect.Effect<void> =>
        Effect.suspend(() => {
          isSilent = mode === "silent"
          return mode === "closed"
            ? Effect.asVoid(Effect.zipRight(isOpen.close, isClosed.open))
            : Effect.asVoid(Effect.zipRight(isClosed.close, isOpen.open))
        })
    }
  })
