/** Messages in the hands of a consumer that settles each one itself. */
import * as Effect from "effect/Effect"
import type { Message } from "../../../Message.ts"
import type { AckableMessage, AckOutcome, NackCode } from "../../../Subscription.ts"
import type { Delivery } from "./delivery.ts"
import type { FlowControl } from "./flowControl.ts"

interface HandedOwner {
  readonly flow: FlowControl
  /** Takes back what the stream has left behind, if it still waits: it can be settled all the same. */
  readonly withdraw: (delivery: Delivery) => boolean
  /** One that was held is settled. */
  readonly onReleased: () => void
}

const unspecified: NackCode = 0x80

export class Handed {
  readonly delivery: Delivery
  /** Whether its consumer is to settle it: not at QoS 0, nor once the stream is over. */
  isHeld: boolean
  private readonly owner: HandedOwner
  private outcome: AckOutcome | undefined = undefined

  constructor(delivery: Delivery, owner: HandedOwner) {
    this.delivery = delivery
    this.isHeld = delivery.message.qos > 0
    this.owner = owner
  }

  get ack(): Effect.Effect<AckOutcome> {
    return Effect.sync(() => this.settle(0))
  }

  nack(code: NackCode = unspecified): Effect.Effect<AckOutcome> {
    return Effect.sync(() => this.settle(code))
  }

  private settle(reasonCode: number): AckOutcome {
    if (this.outcome !== undefined) return this.outcome
    const { delivery, isHeld, owner: { flow, onReleased, withdraw } } = this
    if (reasonCode !== 0) flow.notify({ _tag: "Dropped", cause: "Refused", filters: [], count: 1 })
    if (delivery.message.qos === 0) return this.outcome = "acknowledged"
    return this.outcome = flow.passOfMany(() => {
      if (!isHeld && !withdraw(delivery)) return "stale"
      const settled = flow.settle(delivery, reasonCode)
      this.isHeld = false
      if (isHeld) onReleased()
      return settled
    })
  }
}

export const toAckable = (handed: Handed): AckableMessage => {
  const message: Message = handed.delivery.message
  return { ...message, ack: handed.ack, nack: (code) => handed.nack(code) }
}

/**
 * Those that are not settled yet, in order. Most are settled in order, soon: a `Set` of them keeps, until a full collection,
 * the tables that it leaves behind and with them most messages, which was half of the CPU time of `consume` at QoS 1.
 */
export class HeldMessages {
  private all: Array<Handed> = []
  private size = 0

  get isEmpty(): boolean {
    return this.size === 0
  }

  add(handed: Handed): void {
    if (!handed.isHeld) return
    this.all.push(handed)
    this.size++
  }

  /** One of them is not held any more. */
  released(): void {
    this.size--
    if (this.size <= this.all.length / 2) this.all = this.all.filter(({ isHeld }) => isHeld)
  }

  deliveries(): Array<Delivery> {
    return this.all.flatMap(({ delivery, isHeld }) => isHeld ? [delivery] : [])
  }

  /** Leaves all of them behind. */
  clear(): void {
    for (const handed of this.all) handed.isHeld = false
    this.all = []
    this.size = 0
  }
}
