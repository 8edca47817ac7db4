import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HomeData, HomeDevice, HomeRoom } from "../../HomeData.ts"
import { RoborockApi } from "../../RoborockApi.ts"
import * as log from "../log.ts"
import { uptime } from "../uptime.ts"
import type { AccountHome } from "./accountHome.ts"

/** What was read for one device is enough for the others. */
const recently = Duration.toMillis("10 minutes")

/** A room that the cloud has no name for may get one later. */
const betweenSearches = Duration.toMillis("1 hour")

/** The rooms of the home, for each device; asks the cloud once more when told that a room is missing. */
export const make = ({ account, authorised, home }: Pick<AccountHome, "account" | "authorised" | "home">) =>
  Effect.map(RoborockApi, (api) => {
    const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
    let ofHome: ReadonlyArray<HomeRoom> = []
    let readAt = Number.NEGATIVE_INFINITY
    // Home data leaves out the rooms of some accounts, and those that were made since it was read.
    const searchHome = oneAtATime(Effect.gen(function*() {
      const now = yield* uptime
      if (now - readAt < recently) return ofHome
      ofHome = yield* authorised((userData) => api.rooms(userData, account().homeId))
      readAt = now
      return ofHome
    }))

    return (device: HomeDevice) => {
      let data: HomeData | undefined
      let found: ReadonlyArray<HomeRoom> = []
      let isFoundSince = false
      let searchedAt = Number.NEGATIVE_INFINITY
      const search = device.shared
        ? authorised((userData) => api.sharedRooms(userData, device.duid))
        : searchHome
      // What was found before the home was read anew may have other names: it is better than none.
      const known = (missing: boolean) => [...data?.rooms ?? [], ...(missing || isFoundSince ? found : [])]
      return (missing: boolean): Effect.Effect<ReadonlyArray<HomeRoom>> =>
        Effect.gen(function*() {
          const now = yield* uptime
          const latest = yield* home
          if (latest !== data) {
            data = latest
            isFoundSince = false
            searchedAt = Number.NEGATIVE_INFINITY
          }
          if (missing && now - searchedAt >= betweenSearches) {
            searchedAt = now
            found = yield* search
            isFoundSince = true
          }
          return known(missing)
        }).pipe(
          Effect.catchAll((error) =>
            Effect.as(log.debug(`no room names from the cloud: ${error.message}`), known(missing))
          )
        )
    }
  })
