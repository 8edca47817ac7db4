/** Gives messages that nobody wants to the hook of the options, each in a fiber of its own: Receive Maximum bounds them. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Message } from "../../../Message.ts"
import { reporting } from "../observing/hooks.ts"
import type { Notify } from "../observing/notices.ts"

/** Calls back when the message is taken care of. */
export type DeadLetters = (message: Message, notify: Notify, onDone: () => void) => void

export const make = (
  hook: (message: Message) => Effect.Effect<unknown>
): Effect.Effect<DeadLetters, never, Scope.Scope> =>
  Effect.map(FiberSet.makeRuntime<never>(), (run): DeadLetters => (message, notify, onDone) => {
    const taken = reporting("deadLetter", notify)(Effect.suspend(() => hook(message)))
    run(Effect.zipRight(taken, Effect.sync(onDone)))
  })
