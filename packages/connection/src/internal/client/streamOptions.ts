/** How a stream holds its messages, checked, with every default filled in. */
import * as Either from "effect/Either"
import type { Overflow, SubscribeOptions } from "../../Message.ts"
import { SubscribeError } from "../../MqttError.ts"
import type { Bounds } from "./flowControl.ts"
import type { Acceptance } from "./subscriber.ts"
import type { StreamOptions } from "./subscriptions.ts"

const overflows: ReadonlyArray<Overflow> = ["backpressure", "dropOldest", "dropNewest", "latestPerTopic", "fail"]
const acceptances: ReadonlyArray<Acceptance> = ["pulled", "received", "manual"]

const isBound = (value: number) => Number.isSafeInteger(value) && value > 0

export const toStreamOptions = (
  filter: string,
  options: Omit<SubscribeOptions, "ack"> | undefined,
  acceptance: Acceptance,
  bounds: Bounds
): Either.Either<StreamOptions, SubscribeError> => {
  const {
    bufferBytes = bounds.bufferBytes,
    bufferMessages = bounds.bufferMessages,
    overflow = "backpressure"
  } = options ?? {}
  const wrong = !overflows.includes(overflow)
    ? "overflow"
    : !acceptances.includes(acceptance)
    ? "ack"
    : !isBound(bufferMessages)
    ? "bufferMessages"
    : !isBound(bufferBytes)
    ? "bufferBytes"
    : undefined
  return wrong === undefined
    ? Either.right({ acceptance, overflow, bufferMessages, bufferBytes })
    : Either.left(
      new SubscribeError({
        reason: "InvalidFilter",
        filter,
        cause: new Error(`the option "${wrong}" has no such value`)
      })
    )
}
