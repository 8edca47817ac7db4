import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Redacted from "effect/Redacted"
import type { HomeDevice } from "../../HomeData.ts"
import type { Reason } from "../channel/localKey.ts"
import * as log from "../log.ts"
import { uptime } from "../uptime.ts"
import type { AccountHome } from "./accountHome.ts"

/** After a look that found the same key, which is not what is wrong then; twice as long each time. */
const firstPause = Duration.toMillis("1 hour")
const longestPause = Duration.toMillis("1 day")

/** After a call that the cloud, or the limit of its calls, has refused; twice as long each time. */
const firstRetry = Duration.toMillis("10 minutes")
const longestRetry = Duration.toMillis("2 hours")

/** Devices that fall silent together, as in a house without power, are noticed within minutes of each other. */
const recently = Duration.toMillis("10 minutes")

const firstLook = () => ({ notBefore: Number.NEGATIVE_INFINITY, pause: firstPause })

/** Gives the key that a device has now: from the home as it is known, and once from the cloud where that has no other. */
export const make = ({ home, refreshHome }: Pick<AccountHome, "home" | "refreshHome">) => {
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
  let readAt = Number.NEGATIVE_INFINITY
  // The calls of all devices are of one account, and fail together.
  let notBefore = Number.NEGATIVE_INFINITY
  let retry = firstRetry

  const read = (now: number) =>
    Effect.suspend(() => {
      notBefore = now + retry
      retry = Math.min(longestRetry, retry * 2)
      return Effect.map(refreshHome, () => {
        readAt = now
        notBefore = now
        retry = firstRetry
      })
    })

  return ({ duid, name }: HomeDevice) => {
    // Each on its own: who has been switched off for days says something as soon as it is paired again.
    let looks = { refused: firstLook(), silent: firstLook() }

    const known = (inDoubt: Redacted.Redacted) =>
      Effect.map(home, ({ devices }) => {
        const key = devices.find((device) => device.duid === duid)?.localKey
        return key === undefined || Equal.equals(key, inDoubt) ? undefined : key
      })

    return (inDoubt: Redacted.Redacted, reason: Reason): Effect.Effect<Redacted.Redacted> =>
      Effect.gen(function*() {
        const now = yield* uptime
        const look = looks[reason]
        let found = yield* known(inDoubt)
        if (found === undefined && now >= look.notBefore) {
          if (reason === "refused" || now - readAt >= recently) {
            if (now < notBefore) return inDoubt
            yield* read(now)
            found = yield* known(inDoubt)
          }
          if (found === undefined) {
            look.notBefore = readAt + look.pause
            look.pause = Math.min(longestPause, look.pause * 2)
          }
        }
        if (found === undefined) return inDoubt
        looks = { refused: firstLook(), silent: firstLook() }
        yield* log.info(`"${name}" was paired again: it has another key`)
        return found
      }).pipe(
        Effect.catchAll((error) =>
          Effect.as(log.debug(`no key of "${name}" from the cloud: ${error.message}`), inDoubt)
        ),
        oneAtATime
      )
  }
}
