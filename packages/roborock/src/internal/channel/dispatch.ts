import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Frame from "../../Frame.ts"
import { type CommandError, DeviceError, RequestError } from "../../RoborockError.ts"
import type * as Rpc from "../../Rpc.ts"
import type { Security } from "../../Security.ts"
import * as log from "../log.ts"
import { shownText } from "../shownText.ts"
import type { Incoming } from "./incoming.ts"
import { read } from "./incoming.ts"
import type { AnsweredBy } from "./pending.ts"
import { type Requests, settle } from "./requests.ts"

const reasonsOfDevice = {
  UnknownMethod: "UnknownMethod",
  Retry: "Busy",
  InvalidStatus: "InvalidState",
  DeviceError: "Refused"
} as const

const commandError = (method: string, error: Rpc.RpcError): CommandError =>
  error.reason === "MalformedPayload"
    ? new RequestError({ reason: "BadAnswer", method, cause: error })
    : new DeviceError({
      reason: reasonsOfDevice[error.reason],
      method,
      code: error.code,
      text: error.deviceMessage === undefined ? undefined : shownText(error.deviceMessage.slice(0, 200))
    })

/** Hands what a device sends to whom it concerns: answers to their requests, pushes to `onPush`. Counts in `stats`. */
export const makeDispatch = (
  requests: Requests,
  security: Security,
  stats: { answers: number; pushes: number; unmatched: number; damaged: number },
  onPush: (push: Extract<Incoming, { readonly _tag: "Push" }>) => Effect.Effect<unknown>
) => {
  const answer = (
    id: number,
    by: AnsweredBy,
    outcome: (method: string) => Exit.Exit<unknown, CommandError>
  ): Effect.Effect<void> => {
    const entry = requests.find(id)
    if (entry === undefined || by !== "response" && by !== entry.answeredBy) {
      stats.unmatched++
      return Effect.void
    }
    const exit = outcome(entry.method)
    if (by !== entry.answeredBy && Exit.isSuccess(exit)) return Effect.void
    stats.answers++
    return settle(entry, exit)
  }

  return (decoded: Frame.Decoded): Effect.Effect<void> =>
    Effect.forEach(read(decoded, security), (message): Effect.Effect<unknown> => {
      switch (message._tag) {
        case "Response":
          return answer(message.id, "response", (method) =>
            Either.match(message.outcome, {
              onLeft: (error) => Exit.fail(commandError(method, error)),
              onRight: Exit.succeed
            }))
        case "Map":
        case "Photo":
          return answer(
            message.id,
            message._tag === "Map" ? "map" : "photo",
            (method) =>
              Either.match(message.content, {
                onLeft: (cause) => Exit.fail(new RequestError({ reason: "BadAnswer", method, cause })),
                onRight: Exit.succeed
              })
          )
        case "Push":
          stats.pushes++
          return onPush(message)
        case "Foreign":
          stats.unmatched++
          return Effect.void
        case "Damaged":
          stats.damaged++
          return log.debug(`dropped a part of a message: ${message.why}`)
      }
    }, { discard: true })
}
