/**
 * `roborock serve`: a web page with the live map of each vacuum, its state and its controls.
 *
 * @since 0.1.0
 */
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import * as Http from "node:http"
import { isIPv6 } from "node:net"
import { networkInterfaces } from "node:os"
import * as access from "./internal/serve/access.ts"
import * as app from "./internal/serve/app.ts"

/**
 * Where the page is served, and to whom.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The address to listen on. On any but a loopback address, everybody needs the token.
   *
   * @default "127.0.0.1"
   */
  readonly host?: string | undefined
  /**
   * 0 takes any free one.
   *
   * @default 8580
   */
  readonly port?: number | undefined
  /**
   * What lets people in who open the page; if it is given, it is asked for on any address.
   *
   * @default a random one on addresses that others reach, none on 127.0.0.1, ::1 and localhost
   */
  readonly token?: Redacted.Redacted | undefined
  /** Further names under which the page is opened, such as that of a proxy in front of it. */
  readonly names?: ReadonlyArray<string> | undefined
  /**
   * How often the map is read while somebody is watching and the robot moves.
   *
   * @default "4 seconds"
   */
  readonly mapEvery?: Duration.DurationInput | undefined
}

/**
 * A page that is being served.
 *
 * @since 0.1.0
 * @category models
 */
export interface Server {
  readonly port: number
  /** Addresses to open, with the token where one is needed: to be shown to the owner only. */
  readonly addresses: ReadonlyArray<Redacted.Redacted>
  /** Whether the token is asked for. */
  readonly hasToken: boolean
}

/**
 * The page cannot be served at this address.
 *
 * @since 0.1.0
 * @category errors
 */
export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  /** What happened, and what to do. */
  override get message(): string {
    const { cause } = this
    const inUse = cause instanceof Error && cause.message.includes("EADDRINUSE")
    return inUse
      ? `Port ${this.port} of ${this.host} is in use. Choose another one, or 0 for any.`
      : `Cannot listen on port ${this.port} of ${this.host}.`
  }
}

/** A browser opens six; more than this are not the owner's pages. */
const maxConnections = 256

const authority = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`

/** The addresses by which a machine that listens on all of them is reached. */
const hostsOf = (host: string): ReadonlyArray<string> => {
  if (host !== "0.0.0.0" && host !== "::") return [host]
  const outer = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
    .filter(({ family, internal }) => !internal && family === "IPv4").map(({ address }) => address)
  return ["127.0.0.1", ...outer]
}

const randomToken: Effect.Effect<Redacted.Redacted> = Effect.sync(() =>
  Redacted.make(randomBytes(24).toString("base64url"))
)

/**
 * Serves the page until the scope ends.
 *
 * @example
 * ```ts
 * import { Serve } from "@effect-mqtt/cli"
 * import { Effect, Redacted } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const { addresses } = yield* Serve.make({ host: "0.0.0.0" })
 *   for (const address of addresses) yield* Effect.log(Redacted.value(address))
 *   return yield* Effect.never
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  { host = "127.0.0.1", mapEvery = "4 seconds", names = [], port = 8580, ...options }: Options = {}
): Effect.Effect<Server, CannotListen, RoborockSession.RoborockSession | Scope.Scope> =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    const loopback = access.isLoopback(host)
    const token = options.token ?? (loopback ? undefined : yield* randomToken)
    const http = Http.createServer({ maxHeaderSize: 16 * 1024 })
    http.maxConnections = maxConnections
    const server = yield* Effect.mapError(
      NodeHttpServer.make(() => http, { host, port }),
      ({ cause }) => new CannotListen({ host, port, cause })
    )
    const taken = server.address._tag === "TcpAddress" ? server.address.port : port
    // Cookies do not tell ports apart.
    const rules = { token, loopback, names: [host, ...names], cookie: `roborock_${taken}` }
    const page = yield* app.make(session, { rules, mapEvery })
    // Streams of events and idle connections would keep the server from closing.
    yield* Effect.addFinalizer(() => Effect.sync(() => http.closeAllConnections()))
    yield* server.serve(page)
    const query = token === undefined ? "" : `?token=${encodeURIComponent(Redacted.value(token))}`
    return {
      port: taken,
      hasToken: token !== undefined,
      addresses: hostsOf(host).map((name) => Redacted.make(`http://${authority(name, taken)}/${query}`))
    }
  })
