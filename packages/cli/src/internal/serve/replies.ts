/** Answers over HTTP. */
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ErrorAnswer } from "./messages.ts"
import { sentenceOf } from "./sentences.ts"

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

const statusOf = (error: RoborockError): number => {
  switch (error._tag) {
    case "RequestError":
      return error.reason === "InvalidArgument" ? 400 : 502
    case "UnknownDevice":
      return 404
    case "DeviceError":
    case "UnsupportedTrait":
    case "UnknownRoom":
    case "NoMap":
      return 409
    case "AuthError":
    case "ConnectError":
    case "MapError":
      return 502
  }
}

/** A failure of Roborock as an answer. */
export const failure = (error: RoborockError): HttpServerResponse.HttpServerResponse =>
  problem(statusOf(error), sentenceOf(error))
