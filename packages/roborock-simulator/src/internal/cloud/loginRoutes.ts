import * as LoginFields from "@effect-mqtt/roborock/LoginFields"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomText } from "../../Account.ts"
import type { Cloud } from "../../Cloud.ts"
import type { Session } from "../../Sessions.ts"
import type { LoginRefusal } from "./answers.ts"
import { loginAnswer, loginRefused, refusals } from "./answers.ts"
import { type Fields, type Received, received } from "./fields.ts"

const codeLifetimeMillis = 15 * 60_000
const maxSigningKeys = 64

const isEmail = (text: string): boolean => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)

/** The login API: the region, logins by password or code, the home id, logout (PROTOCOL 1.2 to 1.8, 1.10). */
export const makeLoginRoutes = ({ account, addresses, passwordLogin, sessions }: Cloud) => {
  let codeValidUntil = 0
  const signingKeys = new Map<string, string>()

  const isKnown = (email: string | undefined): boolean => email?.toLowerCase() === account.email.toLowerCase()

  const required = (fields: Fields, name: string, refusal: LoginRefusal): Effect.Effect<string, LoginRefusal> => {
    const value = fields[name]
    return value === undefined || value === "" ? Effect.fail(refusal) : Effect.succeed(value)
  }

  const userData = (session: Session) =>
    Effect.map(addresses, ({ baseUrl, mqttUrl }) => ({
      uid: account.uid,
      tokentype: "",
      token: Redacted.value(session.token),
      rruid: account.userId,
      region: "us",
      countrycode: "1",
      country: "US",
      nickname: account.nickname,
      rriot: {
        u: account.userId,
        s: Redacted.value(session.secret),
        h: Redacted.value(account.hawkKey),
        k: Redacted.value(account.mqttKey),
        r: { r: "US", a: baseUrl, m: mqttUrl, l: baseUrl }
      },
      tuyaDeviceState: 2,
      avatarurl: ""
    }))

  const login = Effect.flatMap(sessions.open, userData)

  const loginByPassword = (email: string, password: Redacted.Redacted | undefined) =>
    Effect.gen(function*() {
      const right = password !== undefined && Redacted.value(password) === Redacted.value(account.password)
      if (!isKnown(email) || !right) return yield* refusals.badPassword
      if (!passwordLogin) return yield* refusals.codeRequired
      return yield* login
    })

  const sendCode = (email: string) =>
    Effect.gen(function*() {
      if (!isKnown(email)) return yield* refusals.unknownAccount
      codeValidUntil = (yield* Clock.currentTimeMillis) + codeLifetimeMillis
      return null
    })

  const loginByCode = (email: string, code: string) =>
    Effect.gen(function*() {
      if (!isKnown(email)) return yield* refusals.unknownAccount
      const now = yield* Clock.currentTimeMillis
      if (code !== account.code || now >= codeValidUntil) return yield* refusals.badCode
      codeValidUntil = 0
      return yield* login
    })

  const sign = (seed: string) =>
    Effect.map(randomText(16), (key) => {
      const [oldest] = signingKeys.keys()
      if (oldest !== undefined && signingKeys.size >= maxSigningKeys) signingKeys.delete(oldest)
      signingKeys.set(seed, key)
      return { k: key }
    })

  const checkSigned = (headers: Fields): Effect.Effect<Redacted.Redacted, LoginRefusal> => {
    const key = signingKeys.get(headers["x-mercy-ks"] ?? "")
    return key !== undefined && key === headers["x-mercy-k"]
      ? Effect.succeed(Redacted.make(key))
      : Effect.fail(refusals.parameterError)
  }

  const withToken = (headers: Fields): Effect.Effect<Session, LoginRefusal> => {
    const session = sessions.byToken(headers["authorization"] ?? "")
    return session === undefined ? Effect.fail(refusals.invalidToken) : Effect.succeed(session)
  }

  /** Clients send the fields as query or as form: both are taken. */
  const handle = (handler: (fields: Fields, request: Received) => Effect.Effect<unknown, LoginRefusal>) =>
    received.pipe(
      Effect.flatMap((request) => handler({ ...request.query, ...request.form }, request)),
      Effect.match({ onSuccess: loginAnswer, onFailure: loginRefused })
    )

  return HttpRouter.empty.pipe(
    HttpRouter.post(
      "/api/v1/getUrlByEmail",
      handle((fields) =>
        Effect.gen(function*() {
          const email = yield* required(fields, "email", refusals.missingParameter)
          if (!isEmail(email)) return yield* refusals.badEmail
          const { baseUrl } = yield* addresses
          return isKnown(email)
            ? { url: baseUrl, country: "US", countrycode: "1" }
            : { url: baseUrl, country: null, countrycode: null }
        })
      )
    ),
    HttpRouter.post(
      "/api/v1/login",
      handle((fields) =>
        Effect.gen(function*() {
          const email = yield* required(fields, "username", refusals.missingParameter)
          const password = yield* required(fields, "password", refusals.missingParameter)
          return yield* loginByPassword(email, Redacted.make(password))
        })
      )
    ),
    HttpRouter.post(
      "/api/v1/sendEmailCode",
      handle((fields) => Effect.flatMap(required(fields, "username", refusals.missingParameter), sendCode))
    ),
    HttpRouter.post(
      "/api/v1/loginWithCode",
      handle((fields) =>
        Effect.gen(function*() {
          const email = yield* required(fields, "username", refusals.missingParameter)
          const code = yield* required(fields, "verifycode", refusals.missingParameter)
          return yield* loginByCode(email, code)
        })
      )
    ),
    HttpRouter.post(
      "/api/v4/email/code/send",
      handle((fields) => Effect.flatMap(required(fields, "email", refusals.parameterError), sendCode))
    ),
    HttpRouter.post(
      "/api/v3/key/sign",
      handle((fields) => Effect.flatMap(required(fields, "s", refusals.missingParameter), sign))
    ),
    HttpRouter.post(
      "/api/v4/auth/email/login/code",
      handle((fields, { headers }) =>
        Effect.gen(function*() {
          yield* checkSigned(headers)
          for (const name of ["country", "countryCode", "majorVersion", "minorVersion"]) {
            yield* required(fields, name, refusals.parameterError)
          }
          const email = yield* required(fields, "email", refusals.parameterError)
          const code = yield* required(fields, "code", refusals.parameterError)
          return yield* loginByCode(email, code)
        })
      )
    ),
    HttpRouter.post(
      "/api/v4/auth/email/login/pwd",
      handle((fields, { headers }) =>
        Effect.gen(function*() {
          const key = yield* checkSigned(headers)
          const email = yield* required(fields, "email", refusals.parameterError)
          const password = yield* required(fields, "password", refusals.parameterError)
          return yield* loginByPassword(email, LoginFields.decryptPassword(password, key))
        })
      )
    ),
    HttpRouter.get(
      "/api/v1/getHomeDetail",
      handle((_, { headers }) =>
        Effect.map(withToken(headers), () => ({
          id: account.home.id + 1,
          name: account.home.name,
          rrHomeId: account.home.id,
          tuyaHomeId: 0,
          deviceListOrder: null
        }))
      )
    ),
    HttpRouter.post(
      "/api/v1/logout",
      handle((_, { headers }) => Effect.map(withToken(headers), sessions.close))
    )
  )
}
