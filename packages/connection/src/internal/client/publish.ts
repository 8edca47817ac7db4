import type * as Effect from "effect/Effect"
import type { PublishOptions, PublishResult } from "../../Message.ts"
import type { PublishError } from "../../MqttError.ts"

/** How one message is published, with or without defaults and spans around it. */
export type Publish = (
  topic: string,
  payload: string | Uint8Array,
  options?: PublishOptions
) => Effect.Effect<PublishResult, PublishError>
