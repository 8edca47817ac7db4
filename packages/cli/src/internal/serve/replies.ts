/** Answers over HTTP. */
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ErrorAnswer } from "./messages.ts"

/** On every answer: nothing runs or is loaded but what this server has, nobody frames it, nothing leaks in a referrer. */
export const securityHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html"
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
} as const

const noStore = { "cache-control": "no-store" } as const

export const json = (value: unknown): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(value, { headers: noStore })

export const problem = (status: number, error: string): HttpServerResponse.HttpServerResponse => {
  const answer: ErrorAnswer = { error }
  return HttpServerResponse.unsafeJson(answer, { status, headers: noStore })
}

/** For a person who has opened the page in a way that is not allowed. */
export const plain = (status: number, text: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(`${text}\n`, { status, headers: noStore })

const sentence = (text: string): string => {
  const begun = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}

/** Names of methods are for programmers. */
const withoutMethod = ({ message, method }: { readonly message: string; readonly method: string }): string =>
  message.replace(`${method}: `, "")

/** A failure of Roborock as an answer: a status, and what a person should read. */
export const failure = (error: RoborockError): HttpServerResponse.HttpServerResponse => {
  switch (error._tag) {
    case "RequestError":
      return error.reason === "InvalidArgument"
        ? problem(400, "The device does not take these values.")
        : problem(502, sentence(withoutMethod(error)))
    case "DeviceError":
      return problem(409, sentence(error.text ?? withoutMethod(error)))
    case "UnknownDevice":
      return problem(404, "The account has no such device.")
    case "UnsupportedTrait":
    case "UnknownRoom":
    case "NoMap":
      return problem(409, sentence(error.message))
    case "AuthError":
    case "ConnectError":
    case "MapError":
      return problem(502, sentence(error.message))
  }
}
