import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Redacted from "effect/Redacted"
import type { HomeDevice } from "../../HomeData.ts"
import type { AccountHome } from "./accountHome.ts"

/** After an asking that found the same key, which is not what is wrong then; twice as long each time. */
const firstPause = Duration.toMillis("1 hour")
const longestPause = Duration.toMillis("1 day")

/** After one that the cloud, or the limit of its calls, has refused. */
const afterFailure = Duration.toMillis("10 minutes")

/** Gives the key that a device has now: from the home as it is known, and once from the cloud where that has no other. */
export const make = ({ home, refreshHome }: Pick<AccountHome, "home" | "refreshHome">) => {
  // Devices that fail to open their messages at the same time need the cloud once.
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)

  return ({ duid, name }: HomeDevice) => {
    let notBefore = 0
    let pause = firstPause

    const known = (inDoubt: Redacted.Redacted) =>
      Effect.map(home, ({ devices }) => {
        const key = devices.find((device) => device.duid === duid)?.localKey
        return key === undefined || Equal.equals(key, inDoubt) ? undefined : key
      })

    return (inDoubt: Redacted.Redacted): Effect.Effect<Redacted.Redacted> =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        let found = yield* known(inDoubt)
        if (found === undefined && now >= notBefore) {
          notBefore = now + afterFailure
          yield* refreshHome
          found = yield* known(inDoubt)
          notBefore = found === undefined ? now + pause : now
          pause = found === undefined ? Math.min(longestPause, pause * 2) : firstPause
        }
        if (found === undefined) return inDoubt
        yield* Effect.logInfo(`"${name}" was paired again: it has another key`)
        return found
      }).pipe(
        Effect.catchAll((error) =>
          Effect.as(Effect.logDebug(`no key of "${name}" from the cloud: ${error.message}`), inDoubt)
        ),
        oneAtATime
      )
  }
}
