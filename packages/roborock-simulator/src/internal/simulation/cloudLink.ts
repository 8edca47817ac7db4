import * as MqttClient from "@effect-mqtt/connection/MqttClient"
import type { MqttError } from "@effect-mqtt/connection/MqttError"
import type { Transport } from "@effect-mqtt/connection/Transport"
import * as MqttCredentials from "@effect-mqtt/roborock/MqttCredentials"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Random from "effect/Random"
import type * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { DeviceIdentity } from "../../Account.ts"
import type { Device } from "../devices/device.ts"
import type { Faults } from "./faults.ts"
import { pushWhenStirred, type QuietTime } from "./whenStirred.ts"

export interface Options {
  readonly identity: DeviceIdentity
  readonly device: Device
  /** The user part of the account's topics. */
  readonly owner: { readonly userId: string; readonly username: string }
  readonly mqttUrl: string
  readonly reconnect: Schedule.Schedule<unknown>
  readonly faults: Faults
  /** A message was answered. @default nothing */
  readonly onAnswered?: Effect.Effect<void> | undefined
  readonly quietTime: QuietTime
}

/** A device's connection to the broker. */
export interface CloudLink {
  readonly isOnline: Effect.Effect<boolean>
  readonly awaitOnline: Effect.Effect<void>
  readonly awaitOffline: Effect.Effect<void>
  /** Something has happened that may be worth a push. */
  readonly stir: Effect.Effect<void>
  /** Connects, and connects again, for ever. */
  readonly run: Effect.Effect<never, never, Transport>
}

const noiseBytes = 64

const noise = Effect.map(
  Effect.replicateEffect(Random.nextIntBetween(0, 256), noiseBytes),
  (bytes) => Uint8Array.from(bytes)
)

export const makeCloudLink = (options: Options): Effect.Effect<CloudLink> =>
  Effect.gen(function*() {
    const { device, faults, identity, mqttUrl, owner, reconnect } = options
    const random = yield* Effect.random
    const online = yield* Effect.makeLatch(false)
    const offline = yield* Effect.makeLatch(true)
    const stirred = yield* Effect.makeLatch(false)
    let isOnline = false
    const setOnline = (now: boolean): Effect.Effect<void> =>
      Effect.suspend(() => {
        isOnline = now
        const opened = now ? [online, stirred] : [offline]
        return Effect.zipRight(
          (now ? offline : online).close,
          Effect.forEach(opened, (latch) => latch.open, { discard: true })
        )
      })

    const answers = MqttCredentials.responseTopic(owner, identity.duid)
    const connected = Effect.gen(function*() {
      const client = yield* MqttClient.make({
        url: mqttUrl,
        clientId: identity.duid,
        username: identity.mqtt.username,
        password: identity.mqtt.password,
        cleanStart: true,
        keepAlive: "30 seconds",
        reconnect,
        initialConnect: "retry",
        // Whoever is switched off does not say so himself.
        will: Effect.map(device.presence(false), ([payload = new Uint8Array(0)]) => ({ topic: answers, payload }))
      })
      yield* Effect.addFinalizer(() => client.disconnect({ withWill: true, drain: 0 }))
      // Fibers of their own, not `Effect.all`: those would give theirs to this one, and a wait with a time-out that
      // begins just when this one is interrupted would then last until its time is up.
      const fibers = yield* FiberSet.make<void, MqttError>()
      const publish = (message: Uint8Array) => Effect.asVoid(client.publish(answers, message))
      const send = (message: Uint8Array) => {
        const trouble = faults.cloud(identity.name)
        switch (trouble?._tag) {
          case undefined:
            return publish(message)
          case "Dropped":
            return Effect.void
          case "Garbage":
            return Effect.flatMap(Effect.withRandom(noise, random), publish)
          case "Delayed":
            return FiberSet.run(fibers, Effect.delay(publish(message), trouble.delay))
        }
      }
      const sendAll = (messages: ReadonlyArray<Uint8Array>) => Effect.forEach(messages, send, { discard: true })
      const { messages } = yield* client.subscription(MqttCredentials.requestTopic(owner, identity.duid))

      const respond = Stream.runForEach(
        messages,
        ({ payload }) =>
          Effect.flatMap(device.handle(payload), sendAll).pipe(
            Effect.zipRight(stirred.open),
            Effect.zipRight(options.onAnswered ?? Effect.void)
          )
      )
      // Without a connection nothing is pushed, so that the first push after an outage tells what changed in it.
      const push = pushWhenStirred(
        stirred,
        options.quietTime,
        Effect.suspend(() => isOnline ? Effect.flatMap(device.tick, sendAll) : Effect.void)
      )
      // The subscription is restored behind the connection: what answers a ping has been through that, too.
      const watch = Stream.runForEach(client.status.changes, ({ _tag }) =>
        _tag === "Connected"
          ? Effect.matchEffect(Effect.zipRight(client.ping, Effect.flatMap(device.presence(true), sendAll)), {
            onSuccess: () => setOnline(true),
            onFailure: () => setOnline(false)
          })
          : setOnline(false))
      yield* FiberSet.run(fibers, respond)
      yield* FiberSet.run(fibers, push)
      yield* FiberSet.run(fibers, watch)
      yield* FiberSet.run(fibers, client.failure)
      yield* FiberSet.join(fibers)
    })

    return {
      isOnline: Effect.sync(() => isOnline),
      awaitOnline: online.await,
      awaitOffline: offline.await,
      stir: Effect.asVoid(stirred.open),
      run: connected.pipe(
        Effect.scoped,
        Effect.ensuring(setOnline(false)),
        // The client gives up only when it is refused. A device does not: its account may be accepted later.
        Effect.tapError((error) => Effect.logDebug(`simulated device starts over: ${error._tag}`)),
        Effect.retry(reconnect),
        Effect.forever,
        Effect.annotateLogs({ package: "roborock-simulator", device: identity.name }),
        Effect.orDie
      )
    }
  })
