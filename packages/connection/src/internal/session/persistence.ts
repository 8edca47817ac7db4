/**
 * What has to be durable before something else may happen. Changes are collected into one batch
 * while the previous one is on its way to the store, so that one flush serves many; what waits for
 * them goes on in the order in which it was appended.
 */
import type { StoreError } from "../../MqttError.ts"
import type { Change } from "../../SessionStore.ts"

type Continuation = (now: number) => void

/** Changes that count together, and what follows them. */
interface Step {
  readonly changes: ReadonlyArray<Change>
  readonly then: Continuation
  /** Only if somebody can live without these changes. */
  readonly failed: ((now: number, error: StoreError) => void) | undefined
}

export interface Persistence {
  /** Runs `then` once the changes, and all before them, are durable; at once if there is nothing to wait for. */
  readonly append: (
    now: number,
    changes: ReadonlyArray<Change>,
    then?: Continuation,
    failed?: (now: number, error: StoreError) => void
  ) => void
  /** The next batch; empty while one is out, or if there is nothing. */
  readonly take: () => ReadonlyArray<Change>
  /** The batch taken is durable. */
  readonly committed: (now: number) => void
  /** The batch taken is lost. False if what is on the wire, or was settled, relied on it. */
  readonly failed: (now: number, error: StoreError) => boolean
  readonly isIdle: () => boolean
}

const nothing = () => {}

export const make = (): Persistence => {
  let waiting: Array<Step> = []
  let out: ReadonlyArray<Step> = []
  /** So many steps go out one by one: a store that was too full for all of them may have room for some. */
  let single = 0

  /** What has no changes of its own only waits for its turn. */
  const goOn = (now: number) => {
    while (out.length === 0 && waiting[0]?.changes.length === 0) waiting.shift()?.then(now)
  }

  return {
    append: (now, changes, then = nothing, failed) => {
      if (changes.length === 0 && waiting.length === 0 && out.length === 0) then(now)
      else waiting.push({ changes, then, failed })
    },
    take: () => {
      if (out.length > 0 || waiting.length === 0) return []
      if (single > 0) {
        single--
        out = waiting.slice(0, 1)
        waiting = waiting.slice(1)
      } else {
        out = waiting
        waiting = []
      }
      return out.flatMap((step) => step.changes)
    },
    committed: (now) => {
      const steps = out
      out = []
      for (const step of steps) step.then(now)
      goOn(now)
    },
    failed: (now, error) => {
      const steps = out
      out = []
      if (error.reason === "Full" && steps.length > 1) {
        waiting = [...steps, ...waiting]
        single = steps.length
        return true
      }
      if (steps.some((step) => step.failed === undefined)) return false
      for (const step of steps) step.failed?.(now, error)
      goOn(now)
      return true
    },
    isIdle: () => waiting.length === 0 && out.length === 0
  }
}
