import * as Effect from "effect/Effect"
import type { HomeDevice, HomeRoom } from "../../HomeData.ts"
import { RoborockApi } from "../../RoborockApi.ts"
import { keepFirstSuccess } from "../keepFirstSuccess.ts"
import type { AccountHome } from "./accountHome.ts"

/** Gives the rooms of the home for a device, also those that only another call tells of. */
export const make = ({ account, authorised, home }: AccountHome) =>
  Effect.map(RoborockApi, (api) => {
    // Home data leaves out the rooms of some accounts: asked for once, whichever device misses one first.
    const homeRooms = keepFirstSuccess(authorised((userData) => api.rooms(userData, account().homeId)))

    /** Rooms of the home, and after that of one device; a missing room is looked for once. */
    return (device: HomeDevice) => {
      let known: ReadonlyArray<HomeRoom> | undefined
      let searched = false
      const search = device.shared
        ? authorised((userData) => api.sharedRooms(userData, device.duid))
        : homeRooms.get
      return (missing: boolean): Effect.Effect<ReadonlyArray<HomeRoom>> =>
        Effect.gen(function*() {
          known ??= (yield* home).rooms
          if (!missing || searched) return known
          searched = true
          known = [...known, ...(yield* search)]
          return known
        }).pipe(
          Effect.catchAll((error) =>
            Effect.as(Effect.logDebug(`no room names from the cloud: ${error.message}`), known ?? [])
          )
        )
    }
  })
