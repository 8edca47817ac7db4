/** How a stream holds its messages, checked, with every default filled in. */
import * as Either from "effect/Either"
import type { Overflow, SubscribeOptions } from "../../../Message.ts"
import { SubscribeError } from "../../../MqttError.ts"
import { isWhole } from "../../optionValue.ts"
import type { Bounds } from "./flowControl.ts"
import type { Acceptance } from "./messageQueue.ts"
import type { StreamOptions } from "./subscriptions.ts"

const overflows: ReadonlyArray<Overflow> = ["backpressure", "dropOldest", "dropNewest", "latestPerTopic", "fail"]
const acceptances: ReadonlyArray<Acceptance> = ["pulled", "received", "manual"]

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
    : !isWhole(bufferMessages, 1)
    ? "bufferMessages"
    : !isWhole(bufferBytes, 1)
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
