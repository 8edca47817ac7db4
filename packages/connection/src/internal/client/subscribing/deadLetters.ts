/** Gives messages that nobody wants to the hook of the options, each in a fiber of its own: Receive Maximum bounds them. */
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import type { Message } from "../../../Message.ts"
import { reporting } from "../observing/hooks.ts"
import type { Notify } from "../observing/notices.ts"

/** Calls back when the message is taken care of. */
export type DeadLetters = (message: Message, notify: Notify, onDone: () => void) => void

export const make = (
  hook: (message: Message) => Effect.Effect<unknown>
): Effect.Effect<DeadLetters, never, Scope.Scope> =>
  Effect.gen(function*() {
    const runFork = Runtime.runFork(yield* Effect.runtime())
    // Opened before the client starts, so closed when that one has drained: till then hooks may go on.
    const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.parallel)
    return (message, notify, onDone) => {
      const taken = reporting("deadLetter", notify)(Effect.suspend(() => hook(message)))
      // The client may be made where nothing is interruptible.
      runFork(Effect.interruptible(Effect.zipRight(taken, Effect.sync(onDone))), { scope })
    }
  })
