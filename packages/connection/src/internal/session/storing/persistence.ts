/**
 * What has to be durable before something else may happen. Changes are collected into one batch
 * while the previous one is on its way to the store, so that one flush serves many; what waits for
 * them goes on in the order in which it was appended.
 */
import type { StoreError } from "../../../MqttError.ts"
import type { Change } from "../../store/storedSession.ts"

type Continuation = (now: number) => void

/** Changes that count together, and what follows them. */
interface Step {
  readonly changes: ReadonlyArray<Change>
  readonly then: Continuation
  /** Only if somebody can live without these changes. */
  readonly failed: ((now: number, error: StoreError) => void) | undefined
}

const nothing = () => {}
const none: ReadonlyArray<Step> = []

export class Persistence {
  private waiting: Array<Step> = []
  private out: ReadonlyArray<Step> = none
  /** So many steps go out one by one: a store that was too full for all of them may have room for some. */
  private single = 0

  /** Runs `then` once the changes, and all before them, are durable; at once if there is nothing to wait for. */
  append(
    now: number,
    changes: ReadonlyArray<Change>,
    then: Continuation = nothing,
    failed?: (now: number, error: StoreError) => void
  ): void {
    if (changes.length === 0 && this.waiting.length === 0 && this.out.length === 0) then(now)
    else this.waiting.push({ changes, then, failed })
  }

  /** The next batch; empty while one is out, or if there is nothing. */
  take(): ReadonlyArray<Change> {
    if (this.out.length > 0 || this.waiting.length === 0) return []
    const steps = this.single > 0 ? 1 : this.waiting.length
    if (this.single > 0) this.single--
    this.out = this.waiting.splice(0, steps)
    return this.out.flatMap((step) => step.changes)
  }

  /** The batch taken is durable. */
  committed(now: number): void {
    const steps = this.out
    this.out = none
    for (const step of steps) step.then(now)
    this.goOn(now)
  }

  /** The batch taken is lost. False if what is on the wire, or was settled, relied on it. */
  failed(now: number, error: StoreError): boolean {
    const steps = this.out
    this.out = none
    if (error.reason === "Full" && steps.length > 1) {
      this.waiting = [...steps, ...this.waiting]
      this.single = steps.length
      return true
    }
    if (steps.some((step) => step.failed === undefined)) return false
    for (const step of steps) step.failed?.(now, error)
    this.goOn(now)
    return true
  }

  /** What has no changes of its own only waits for its turn. */
  private goOn(now: number): void {
    while (this.out.length === 0 && this.waiting[0]?.changes.length === 0) this.waiting.shift()?.then(now)
  }
}
