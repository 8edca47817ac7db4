/** Tells the caller of a publish what became of it, once, and counts it. */
import type { Traffic } from "../traffic.ts"
import type { OutgoingStore } from "./outgoingStore.ts"
import type { Entry } from "./publication.ts"
import type { Outcome } from "./publishOutcome.ts"

export class Settlement {
  private readonly traffic: Traffic
  private readonly store: OutgoingStore | undefined

  constructor(traffic: Traffic, store: OutgoingStore | undefined) {
    this.traffic = traffic
    this.store = store
  }

  count(outcome: Outcome): void {
    if (outcome._tag === "Right") this.traffic.publishesOk++
    else this.traffic.publishesFailed++
  }

  settle(entry: Entry, outcome: Outcome): void {
    if (entry.state === "Done") return
    entry.state = "Done"
    this.count(outcome)
    entry.settle(outcome)
  }

  /** It does not leave, so no record of it stays. */
  refuse(now: number, entry: Entry, outcome: Outcome): void {
    if (entry.sequence > 0) this.store?.remove(now, entry.sequence)
    this.settle(entry, outcome)
  }
}
