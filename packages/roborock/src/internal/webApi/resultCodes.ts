import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { AuthError, ConnectError } from "../../RoborockError.ts"
import { numberField } from "../v1/json.ts"
import type { Answer, Service } from "./exchange.ts"
import { serverMessage } from "./exchange.ts"

/** Result codes that concern the person who logs in. */
const authReasons: ReadonlyMap<number, AuthError["reason"]> = new Map([
  [401, "SessionRevoked"],
  [2003, "InvalidEmail"],
  [2008, "AccountDoesNotExist"],
  [2010, "SessionRevoked"],
  [2018, "InvalidCode"],
  [2031, "TwoFactorRequired"],
  [3006, "InvalidUserAgreement"],
  [3009, "NoUserAgreement"],
  [3039, "AccountDoesNotExist"]
])

const connectReasons: ReadonlyMap<number, ConnectError["reason"]> = new Map([
  [429, "TooManyRequests"],
  [1001, "MissingParameters"],
  [1002, "MissingParameters"],
  [9002, "TooManyRequests"]
])

/** The code of an answer: a number, even if it comes as text; `auth.err` and the like count as 401. */
export const codeOf = ({ json, status }: Answer): number | string => {
  const { code, msg } = json
  if (msg === "invalid token") return 2010
  if (typeof code === "number") return code
  if (typeof code === "string" && /^\d{1,6}$/.test(code)) return Number(code)
  if (typeof code === "string" && code.startsWith("auth.err")) return 401
  return typeof code === "string" ? code.slice(0, 50) : status
}

/** More than this between the two clocks, and the signature is refused (the limit itself is a few minutes). */
const maxSkewSeconds = 60

const serverTime = ({ date, json }: Answer): number | undefined => {
  const stamp = typeof json["timestamp"] === "string" ? json["timestamp"] : undefined
  const millis = numberField(json, "timestamp") ?? Date.parse(stamp ?? date ?? "")
  return Number.isFinite(millis) ? millis : undefined
}

/**
 * The failure that an unsuccessful answer stands for.
 *
 * A refused signature looks the same whether the login was revoked or a clock is wrong, so the clocks are compared
 * first: nobody should have to log in again because of a clock.
 */
export const failureOf = (
  answer: Answer,
  service: Service,
  otherwise?: AuthError["reason"]
): Effect.Effect<never, AuthError | ConnectError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const code = codeOf(answer)
    const said = serverMessage(answer.json)
    const reason = typeof code === "number" ? authReasons.get(code) : undefined
    if (reason === "SessionRevoked") {
      const time = serverTime(answer)
      const skewSeconds = time === undefined ? 0 : Math.round((now - time) / 1000)
      if (Math.abs(skewSeconds) > maxSkewSeconds) {
        return Effect.fail<AuthError | ConnectError>(
          new ConnectError({ reason: "ClockSkew", service, retryable: false, code, serverMessage: said, skewSeconds })
        )
      }
    }
    if (reason !== undefined) return Effect.fail(new AuthError({ reason, code, serverMessage: said }))
    const trouble = (typeof code === "number" ? connectReasons.get(code) : undefined)
      ?? (answer.status >= 500 ? "Unavailable" : undefined)
    if (trouble === undefined && otherwise !== undefined) {
      return Effect.fail(new AuthError({ reason: otherwise, code, serverMessage: said }))
    }
    return Effect.fail(
      new ConnectError({
        reason: trouble ?? "ApiError",
        service,
        retryable: trouble === "Unavailable",
        code,
        serverMessage: said
      })
    )
  })
