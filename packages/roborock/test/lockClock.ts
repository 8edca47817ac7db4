import { Clock, Duration, Effect } from "effect"
import { statSync } from "node:fs"

/**
 * A clock whose pauses end when a lock is given back or another's. Who waits for it then waits as long as it is held; by the
 * usual clock a disk that needs two seconds for a write turns a lock in use into an abandoned one.
 */
export const makeLockClock = (path: string): Clock.Clock => {
  const usual = Clock.make()
  const seen = () => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? undefined : `${stats.ino} ${stats.ctimeNs}`
  }
  return Object.assign(Clock.make(), {
    sleep: () =>
      Effect.suspend(() => {
        const before = seen()
        return Effect.iterate(before, {
          while: (now) => now !== undefined && now === before,
          body: () => Effect.map(usual.sleep(Duration.millis(1)), seen)
        })
      })
  })
}
