/** Gives messages that nobody wants to the hook of the options, each in a fiber of its own. */
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import type { Message } from "../../../Message.ts"
import { reporting } from "../observing/hooks.ts"
import type { Notify } from "../observing/notices.ts"

export interface DeadLetters {
  /** So many at a time, whichever link they came over: Receive Maximum bounds those of one link only. */
  readonly most: number
  readonly isFull: () => boolean
  /** Calls back when the message is taken care of. */
  readonly take: (message: Message, notify: Notify, onDone: () => void) => void
}

export const make = (
  hook: (message: Message) => Effect.Effect<unknown>,
  most: number
): Effect.Effect<DeadLetters, never, Scope.Scope> =>
  Effect.gen(function*() {
    const runFork = Runtime.runFork(yield* Effect.runtime())
    // Opened before the client starts, so closed when that one has drained: till then hooks may go on.
    const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.parallel)
    let running = 0
    return {
      most,
      isFull: () => running >= most,
      take: (message, notify, onDone) => {
        running++
        const taken = reporting("deadLetter", notify)(Effect.suspend(() => hook(message)))
        const done = Effect.sync(() => {
          running--
          onDone()
        })
        // The client may be made where nothing is interruptible.
        runFork(Effect.interruptible(Effect.zipRight(taken, done)), { scope })
      }
    }
  })
