import * as Effect from "effect/Effect"
import type { Device } from "../../Device.ts"
import type { HomeDevice } from "../../HomeData.ts"
import type { AuthError, ConnectError } from "../../RoborockError.ts"
import { keepFirstSuccess } from "../keepFirstSuccess.ts"

type Opening = Effect.Effect<Device, AuthError | ConnectError>

/** Devices that are opened at the same time. */
const openAtOnce = 4

/** Opens each device once. With `evenUnreachable` one that cannot be reached now is open too, and comes up later. */
export const make = (open: (device: HomeDevice, evenUnreachable: boolean) => Opening) => {
  const opened = new Map<string, ReturnType<typeof keepFirstSuccess<Device, AuthError | ConnectError, never>>>()

  const one = (device: HomeDevice, evenUnreachable = false): Opening =>
    Effect.suspend(() => {
      const kept = opened.get(device.duid) ?? keepFirstSuccess(open(device, false))
      opened.set(device.duid, kept)
      return evenUnreachable ? kept.getBy(open(device, true)) : kept.get
    })

  /** Those that cannot be reached do not hide the others: it fails only when there are no others. */
  const all = (devices: ReadonlyArray<HomeDevice>): Effect.Effect<ReadonlyArray<Device>, AuthError | ConnectError> =>
    Effect.gen(function*() {
      const [[error], reached] = yield* Effect.partition(devices, (device) => one(device), { concurrency: openAtOnce })
      const isAnyReached = reached.some(({ unsupported }) => unsupported === undefined)
      if (error !== undefined && !isAnyReached) return yield* error
      return yield* Effect.forEach(devices, (device) => one(device, true), { concurrency: openAtOnce })
    })

  return { one, all }
}
