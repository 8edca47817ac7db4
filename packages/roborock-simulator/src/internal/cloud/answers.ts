import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Data from "effect/Data"

/** A refusal of the login API: HTTP 200, and a code that says what it is (PROTOCOL 1.12). */
export class LoginRefusal extends Data.TaggedError("LoginRefusal")<{
  readonly code: number
  readonly text: string
}> {
  override get message(): string {
    return `${this.code} ${this.text}`
  }
}

/** A refusal of the signed API. The reason is not told, as in the real one. */
export class SignatureRefusal extends Data.TaggedError("SignatureRefusal")<{ readonly timeMillis: number }> {
  override get message(): string {
    return "auth.err.invalid.token"
  }
}

export const refusals = {
  missingParameter: new LoginRefusal({ code: 1001, text: "missing parameter" }),
  parameterError: new LoginRefusal({ code: 1002, text: "parameter error" }),
  badEmail: new LoginRefusal({ code: 2003, text: "invalid email" }),
  unknownAccount: new LoginRefusal({ code: 2008, text: "user does not exist" }),
  invalidToken: new LoginRefusal({ code: 2010, text: "invalid token" }),
  badPassword: new LoginRefusal({ code: 2012, text: "invalid username or password" }),
  badCode: new LoginRefusal({ code: 2018, text: "invalid code" }),
  codeRequired: new LoginRefusal({ code: 2031, text: "need two step validate" })
}

export const loginAnswer = (data: unknown): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson({ code: 200, msg: "success", data: data ?? null })

export const loginRefused = ({ code, text }: LoginRefusal): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson({ code, msg: text, data: null })

export const signedAnswer = (result: unknown): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson({ api: null, code: 200, result: result ?? null, status: "ok", success: true })

export const signedNotFound = (): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson({ api: null, code: 404, result: null, status: "fail", success: false })

export const signatureRefused = ({ timeMillis }: SignatureRefusal): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(
    {
      code: "auth.err",
      msg: "auth.err.invalid.token",
      status: "UNAUTHORIZED",
      timestamp: new Date(timeMillis).toISOString().replace("Z", "+00:00")
    },
    { status: 401 }
  )

/** A refusal in the form of the API that was called; only the login API's paths begin like this. */
export const refusedWith = (path: string, code: number, message: string): HttpServerResponse.HttpServerResponse =>
  path.startsWith("/api/")
    ? HttpServerResponse.unsafeJson({ code, msg: message, data: null })
    : HttpServerResponse.unsafeJson({ api: null, code, result: null, status: message, success: false })
