/** A message in the hands of a consumer that settles each one itself. */
import * as Effect from "effect/Effect"
import type { Message } from "../../Message.ts"
import type { AckableMessage, AckOutcome, NackCode } from "../../Subscription.ts"
import type { Delivery } from "./delivery.ts"
import type { FlowControl } from "./flowControl.ts"

export interface Handed {
  readonly delivery: Delivery
  readonly ack: Effect.Effect<AckOutcome>
  readonly nack: (code?: NackCode) => Effect.Effect<AckOutcome>
}

interface Owner {
  readonly onHanded: (handed: Handed) => void
  /** The stream is over, and nobody waits for this message any more. */
  readonly isLeftBehind: (handed: Handed) => boolean
  readonly onSettled: (handed: Handed) => void
}

const unspecified: NackCode = 0x80

export const make = (delivery: Delivery, flow: FlowControl, owner: Owner): Handed => {
  let outcome: AckOutcome | undefined
  const settle = (reasonCode: number): AckOutcome => {
    if (outcome !== undefined) return outcome
    if (reasonCode !== 0) flow.notify({ _tag: "Dropped", cause: "Refused", filters: [], count: 1 })
    if (delivery.message.qos === 0) return outcome = "acknowledged"
    return outcome = flow.pass(() => {
      if (owner.isLeftBehind(handed)) return "stale"
      const settled = flow.settle(delivery, reasonCode)
      owner.onSettled(handed)
      return settled
    })
  }
  const ack = Effect.sync(() => settle(0))
  const handed: Handed = {
    delivery,
    ack,
    nack: (code = unspecified) => Effect.sync(() => settle(code))
  }
  if (delivery.message.qos > 0) owner.onHanded(handed)
  return handed
}

export const toAckable = ({ ack, delivery, nack }: Handed): AckableMessage => {
  const message: Message = delivery.message
  return { ...message, ack, nack }
}
