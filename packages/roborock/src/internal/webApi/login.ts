import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { randomBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Credentials, EmailCode, Password } from "../../Credentials.ts"
import { clientId, encryptPassword } from "../../LoginFields.ts"
import { AuthError, ConnectError } from "../../RoborockError.ts"
import type { UserData } from "../../UserData.ts"
import * as UserDataModule from "../../UserData.ts"
import { isRecord } from "../v1/json.ts"
import type { Answer, Limits } from "./exchange.ts"
import { exchange } from "./exchange.ts"
import { codeOf, failureOf } from "./resultCodes.ts"

/** Where an account lives. */
export interface Region {
  readonly url: string
  /** The regional server that said so. */
  readonly askedAt: string
  /** Two letters. */
  readonly country: string | undefined
  /** Telephone prefix. */
  readonly countryCode: string | undefined
}

export interface Context {
  readonly client: HttpClient.HttpClient
  readonly limits: Limits
  /** Instead of the regional servers. */
  readonly baseUrl: string | undefined
  readonly deviceIdentifier: string
}

type Fields = Readonly<Record<string, string>>

const regionalUrls = {
  us: "https://usiot.roborock.com",
  eu: "https://euiot.roborock.com",
  cn: "https://cniot.roborock.com",
  ru: "https://ruiot.roborock.com"
} as const

/** The user agreement that the current apps state as accepted. */
const agreement: Fields = { majorVersion: "14", minorVersion: "0" }

const appHeaders: Fields = {
  header_clientlang: "en",
  header_appversion: "4.54.02",
  header_phonesystem: "iOS",
  header_phonemodel: "iPhone16,1"
}

const accountUnknownHere = 3030

/** The login API for an account whose login was stored. */
export const baseUrlOf = ({ baseUrl }: Context, userData: UserData): string => {
  const region = (userData.region ?? userData.rriot.r.r ?? "").toLowerCase()
  const regional: string | undefined = Object.entries(regionalUrls).find(([name]) => name === region)?.[1]
  return baseUrl ?? userData.client?.baseUrl ?? regional ?? regionalUrls.us
}

export const clientIdOf = ({ deviceIdentifier }: Context, userData: UserData): string =>
  userData.client?.clientId ?? clientId(userData.rriot.u, deviceIdentifier)

const joined = (base: string, path: string): string => base.replace(/\/+$/, "") + path

const post = (
  context: Context,
  url: string,
  fields: { readonly query?: Fields; readonly form?: Fields; readonly headers: Fields }
): Effect.Effect<Answer, ConnectError> => {
  const request = HttpClientRequest.post(url).pipe(
    HttpClientRequest.setHeaders({ accept: "application/json", ...fields.headers }),
    HttpClientRequest.setUrlParams(fields.query ?? {})
  )
  return exchange(
    context.client,
    "login API",
    fields.form === undefined ? request : HttpClientRequest.bodyUrlParams(request, fields.form),
    context.limits
  )
}

/** The `data` of a successful answer. */
export const dataOf = (
  answer: Answer,
  otherwise?: AuthError["reason"]
): Effect.Effect<unknown, AuthError | ConnectError> =>
  codeOf(answer) === 200 ? Effect.succeed(answer.json["data"]) : failureOf(answer, "login API", otherwise)

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined

const askRegion = (context: Context, base: string, email: string, headers: Fields) =>
  post(context, joined(base, "/api/v1/getUrlByEmail"), { query: { email, needtwostepauth: "false" }, headers }).pipe(
    Effect.flatMap((answer) => dataOf(answer)),
    Effect.map((data): Region | undefined => {
      if (!isRecord(data)) return undefined
      const country = text(data["country"])
      const countryCode = text(data["countrycode"])
      if (country === undefined && countryCode === undefined) return undefined
      return { url: context.baseUrl ?? text(data["url"]) ?? base, askedAt: base, country, countryCode }
    })
  )

/**
 * Asks one regional server after the other where the account lives (PROTOCOL 1.2). A server that cannot be reached is
 * passed over, as long as another one knows the account.
 */
export const findRegion = (
  context: Context,
  email: string,
  except: ReadonlyArray<string> = []
): Effect.Effect<Region, AuthError | ConnectError> =>
  Effect.gen(function*() {
    const headers = { header_clientid: clientId(email, context.deviceIdentifier) }
    const bases = context.baseUrl === undefined ? Object.values(regionalUrls) : [context.baseUrl]
    let failure: AuthError | ConnectError = new AuthError({ reason: "AccountDoesNotExist" })
    for (const base of bases.filter((url) => !except.includes(url))) {
      const region = yield* askRegion(context, base, email, headers).pipe(
        Effect.catchTag("ConnectError", (error) => {
          if (!error.retryable) return Effect.fail(error)
          failure = error
          return Effect.succeed(undefined)
        })
      )
      if (region !== undefined) return region
    }
    return yield* failure
  })

const userDataFrom = (
  data: unknown,
  client: NonNullable<UserData["client"]>
): Effect.Effect<UserData, AuthError> =>
  Effect.map(UserDataModule.decode(data), (userData) => ({ ...userData, client }))

const keyCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

const randomKey = Effect.sync(() =>
  Array.from(randomBytes(16), (byte) => keyCharacters[byte % keyCharacters.length]).join("")
)

/** The two headers that a v4 login needs; they expire, so they are asked for after the person has typed the code. */
const mercyHeaders = (context: Context, base: string, headers: Fields) =>
  Effect.gen(function*() {
    const ks = yield* randomKey
    const answer = yield* post(context, joined(base, "/api/v3/key/sign"), { query: { s: ks }, headers })
    const data = yield* dataOf(answer)
    const k = isRecord(data) ? text(data["k"]) : undefined
    if (k === undefined) {
      return yield* new ConnectError({ reason: "BadAnswer", service: "login API", retryable: true })
    }
    return { "x-mercy-ks": ks, "x-mercy-k": k }
  })

/** What the older flow refuses although the person is right: it is not there any more, or wants the newer form. */
const wantsNewFlow: ReadonlySet<number | string> = new Set([404, 1001, 1002, 3006, 3009])

const withPasswordV4 = (context: Context, { email, password }: Password, base: string, headers: Fields) =>
  Effect.gen(function*() {
    const mercy = yield* mercyHeaders(context, base, headers)
    const encrypted = encryptPassword(password, Redacted.make(mercy["x-mercy-k"]))
    if (encrypted === undefined) {
      return yield* new ConnectError({ reason: "BadAnswer", service: "login API", retryable: true })
    }
    return yield* post(context, joined(base, "/api/v4/auth/email/login/pwd"), {
      form: { email, password: encrypted, ...agreement },
      headers: { ...headers, ...mercy }
    })
  })

const withPassword = (context: Context, credentials: Password) =>
  Effect.gen(function*() {
    const { email, password } = credentials
    const { url } = context.baseUrl === undefined ? yield* findRegion(context, email) : { url: context.baseUrl }
    const id = clientId(email, context.deviceIdentifier)
    const older = yield* post(context, joined(url, "/api/v1/login"), {
      form: { username: email, password: Redacted.value(password), needtwostepauth: "false" },
      headers: { header_clientid: id }
    })
    const answer = wantsNewFlow.has(codeOf(older))
      ? yield* withPasswordV4(context, credentials, url, { ...appHeaders, header_clientid: id })
      : older
    // The code for a wrong password is on no list, so what is not known otherwise means that; no code at all does not.
    const data = yield* dataOf(answer, "code" in answer.json ? "InvalidCredentials" : undefined)
    return yield* userDataFrom(data, { baseUrl: url, clientId: id })
  })

/** The older flow, for accounts whose country is not known: the newer one refuses these. */
const withCodeV1 = (context: Context, { code, email }: EmailCode, base: string, headers: Fields) =>
  Effect.gen(function*() {
    const sent = yield* post(context, joined(base, "/api/v1/sendEmailCode"), {
      query: { username: email, type: "auth" },
      headers
    })
    yield* dataOf(sent)
    const verifycode = (yield* code).trim()
    const answer = yield* post(context, joined(base, "/api/v1/loginWithCode"), {
      query: { username: email, verifycode, verifycodetype: "AUTH_EMAIL_CODE" },
      headers
    })
    return yield* dataOf(answer)
  })

const sendCodeV4 = (context: Context, base: string, email: string, headers: Fields) =>
  post(context, joined(base, "/api/v4/email/code/send"), { form: { email, type: "login", platform: "" }, headers })

/** A region that does not have the account after all sends us on: `left` are the servers that led astray. */
const withCode = (
  context: Context,
  credentials: EmailCode,
  left: ReadonlyArray<string> = []
): Effect.Effect<UserData, AuthError | ConnectError> =>
  Effect.gen(function*() {
    const { code, email } = credentials
    const { askedAt, country, countryCode, url } = yield* findRegion(context, email, left)
    const id = clientId(email, context.deviceIdentifier)
    const headers = { ...appHeaders, header_clientid: id }
    const client = { baseUrl: url, clientId: id }
    const v1 = Effect.flatMap(withCodeV1(context, credentials, url, headers), (data) => userDataFrom(data, client))
    if (country === undefined || countryCode === undefined) return yield* v1

    const sent = yield* sendCodeV4(context, url, email, headers)
    if (codeOf(sent) === accountUnknownHere) return yield* withCode(context, credentials, [...left, askedAt])
    if (sent.status === 404) return yield* v1
    yield* dataOf(sent)
    const typed = (yield* code).trim()
    const answer = yield* post(context, joined(url, "/api/v4/auth/email/login/code"), {
      form: { country, countryCode, email, code: typed, ...agreement },
      headers: { ...headers, ...(yield* mercyHeaders(context, url, headers)) }
    })
    return yield* userDataFrom(yield* dataOf(answer), client)
  })

/** Logs in, or takes what an earlier login has left. */
export const login = (
  context: Context,
  credentials: Credentials
): Effect.Effect<UserData, AuthError | ConnectError> =>
  "userData" in credentials
    ? Effect.succeed(credentials.userData)
    // Asked with nothing, the servers complain of a parameter.
    : credentials.email.trim() === ""
    ? new AuthError({ reason: "InvalidEmail" })
    : "password" in credentials
    ? withPassword(context, credentials)
    : withCode(context, credentials)
