import { CloudChannel, Device, Frame, type HomeData, LocalDiscovery, LocalNetwork } from "@effect-mqtt/roborock"
import { Effect, Either, Layer, PubSub, type Redacted, Stream, Subscribable } from "effect"
import * as FakeRobot from "./fakeRobot.ts"

export interface Kind {
  readonly version: "A01" | "B01"
  readonly model: string
  readonly category: string
  readonly dataPoints?: ReadonlyMap<number, unknown>
  /** Whether the cloud leaves the serial number out. */
  readonly anonymous?: boolean
  /** What the cloud tells, in place of the key that it has. */
  readonly localKey?: Redacted.Redacted
}

/** What the device sends for a message: payloads, by protocol. */
export type Answer = (payload: Uint8Array) => ReadonlyArray<readonly [protocol: number, payload: Uint8Array]>

export const serialNumber = "RRSERIAL0001"

/**
 * A device behind the cloud, with what is remembered of it. `push` has it send something unasked, `silence` makes it stop
 * answering, `setLink` has the connection to the cloud go and come.
 */
export const openAppliance = (
  kind: Kind,
  answer: Answer,
  options: Pick<Device.Options, "memory" | "renewKey" | "routines"> = {}
) =>
  Effect.gen(function*() {
    const { version } = kind
    const handlers = new Set<(payload: Uint8Array) => Effect.Effect<void>>()
    const sent: Array<Uint8Array> = []
    const acknowledged: Array<Uint8Array> = []
    const health = { unanswered: 0 }
    let isSilent = false
    let way: Effect.Effect<void> = Effect.void
    const links = yield* PubSub.bounded<CloudChannel.Link>(8)
    const push = (protocol: number, payload: Uint8Array) => {
      const frame = { version, seq: 1, random: 2, timestamp: 1_700_000_000, protocol, payload }
      const bytes = Either.getOrThrow(Frame.encode(frame, { localKey: FakeRobot.localKey }))
      return Effect.forEach([...handlers], (handler) => handler(bytes), { discard: true })
    }
    const service: CloudChannel.CloudChannel["Type"] = {
      listen: (_duid, handler) =>
        Effect.acquireRelease(
          Effect.sync(() => handlers.add(handler)),
          () => Effect.sync(() => handlers.delete(handler))
        ),
      send: (_duid, bytes, isAcknowledged = false) =>
        Effect.zipRight(
          Effect.suspend(() => way),
          Effect.forEach(Frame.decode(bytes, { localKey: FakeRobot.localKey }).frames, ({ payload }) => {
            sent.push(payload)
            if (isAcknowledged) acknowledged.push(payload)
            return isSilent
              ? Effect.void
              : Effect.forEach(answer(payload), ([protocol, reply]) => push(protocol, reply), { discard: true })
          }, { discard: true })
        ),
      answered: Effect.void,
      unanswered: Effect.sync(() => {
        health.unanswered++
      }),
      link: Subscribable.make({ get: Effect.succeed({ _tag: "Up" }), changes: Stream.fromPubSub(links) })
    }
    const home: HomeData.HomeDevice = {
      duid: "d1",
      name: "Helper",
      localKey: kind.localKey ?? FakeRobot.localKey,
      protocolVersion: version,
      model: kind.model,
      productName: undefined,
      category: kind.category,
      firmware: "1",
      serialNumber: kind.anonymous === true ? undefined : serialNumber,
      online: true,
      shared: false,
      dataPoints: kind.dataPoints ?? new Map()
    }
    const device = yield* Device.make({
      home,
      mqttKey: FakeRobot.mqttKey,
      homeRooms: () => Effect.succeed([]),
      ...options
    }).pipe(
      Effect.provide(
        Layer.merge(
          Layer.succeed(CloudChannel.CloudChannel, service),
          Layer.provideMerge(LocalDiscovery.layer, LocalNetwork.layerNone)
        )
      )
    )
    return {
      device,
      sent,
      acknowledged,
      handlers,
      push,
      health,
      /** What a message waits for until it is on its way. */
      delay: (effect: Effect.Effect<void>) => {
        way = effect
      },
      setLink: (next: CloudChannel.Link) => PubSub.publish(links, next),
      silence: (silent: boolean) => {
        isSilent = silent
      }
    }
  })
