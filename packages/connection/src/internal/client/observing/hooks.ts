/** The hooks of the options: their failures are reported, and end nothing else. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { MqttError } from "../../../MqttError.ts"
import type { HookFailure, Notify } from "./notices.ts"

/** An interruption from outside is not a failure. */
export const reporting = (hook: HookFailure["hook"], notify: Notify) => (run: Effect.Effect<unknown, MqttError>) =>
  run.pipe(
    Effect.asVoid,
    Effect.catchAllCause((cause) =>
      Effect.suspend(() => {
        notify({ _tag: "HookFailed", hook, cause })
        return Option.match(Cause.failureOption(cause), {
          onNone: () => Effect.logError(`${hook} failed`, cause),
          onSome: (error) => Effect.logWarning(`${hook} failed`, error.message)
        })
      })
    ),
    Effect.annotateLogs({ package: "connection" })
  )
