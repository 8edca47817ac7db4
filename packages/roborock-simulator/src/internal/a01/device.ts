import * as A01 from "@effect-mqtt/roborock/A01"
import * as Frame from "@effect-mqtt/roborock/Frame"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { DeviceIdentity } from "../../Account.ts"
import { type Device, makeChanges } from "../devices/device.ts"
import { makeSeal, requestsIn, sealPresence } from "../frames/seal.ts"
import type { Appliance } from "./appliance.ts"

/** How many values one message of an answer holds: machines that have many send several. */
const valuesPerMessage = 12

export interface ApplianceDevice extends Device {
  readonly setSpeed: (speed: number) => Effect.Effect<void>
  readonly fail: (errorCode: number) => Effect.Effect<void>
  /** Its values now. */
  readonly current: Effect.Effect<ReadonlyMap<number, unknown>>
}

/** The protocol side of a machine (PROTOCOL 6.1): queries and settings in, values out, nothing with an id. */
export const makeApplianceDevice = (
  identity: DeviceIdentity,
  appliance: Appliance,
  initialSpeed: number
): Effect.Effect<ApplianceDevice> =>
  Effect.gen(function*() {
    const seal = yield* makeSeal("A01", identity)
    let lastMillis = yield* Clock.currentTimeMillis
    let speed = initialSpeed
    const changes = makeChanges(appliance.values)

    const advanced = Effect.map(Clock.currentTimeMillis, (now) => {
      appliance.advance(Math.max(0, now - lastMillis) * speed / 1000)
      lastMillis = now
    })
    const tell = (values: ReadonlyArray<readonly [number, unknown]>) =>
      Effect.map(
        Effect.forEach(
          Array.from(
            { length: Math.ceil(values.length / valuesPerMessage) },
            (_, index) => values.slice(index * valuesPerMessage, (index + 1) * valuesPerMessage)
          ),
          (some) => seal(Frame.protocols.rpcResponse, (timestamp) => A01.encode(some, timestamp))
        ),
        (messages) => messages.flat()
      )
    const push = Effect.suspend(() => tell([...changes()]))

    const answer = (request: A01.Request) => {
      if (request._tag === "Set") {
        appliance.set(new Map(request.dataPoints))
        return push
      }
      const values = appliance.values()
      return tell(request.ids.flatMap((id) => values.has(id) ? [[id, values.get(id)] as const] : []))
    }

    return {
      handle: (message) =>
        Effect.gen(function*() {
          yield* advanced
          const requests = requestsIn(message, "A01", identity.localKey).flatMap((payload) => {
            const request = Either.getOrUndefined(A01.decodeRequest(payload))
            return request === undefined ? [] : [request]
          })
          return (yield* Effect.forEach(requests, answer)).flat()
        }),
      tick: Effect.zipRight(advanced, push),
      dataPoints: appliance.values,
      presence: sealPresence(seal),
      current: Effect.map(advanced, appliance.values),
      fail: (errorCode) => Effect.map(advanced, () => appliance.fail(errorCode)),
      setSpeed: (next) =>
        Effect.map(advanced, () => {
          speed = next
        })
    }
  })
