/**
 * Where the next attempt goes: the configured endpoints in turn, or the servers that the last one
 * named, if the program lets itself be sent there [5 §4.11].
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { PerAttempt } from "../../ConnectionOptions.ts"
import * as Endpoint from "../../Endpoint.ts"
import { ConnectError } from "../../MqttError.ts"
import { evaluate } from "./attempt.ts"
import type { LinkError } from "./linkFailed.ts"

type FollowRedirect = (to: Endpoint.Endpoint, permanent: boolean) => boolean

export interface Endpoints {
  readonly next: Effect.Effect<Endpoint.Endpoint, LinkError>
  /**
   * An attempt or a link has failed. The next one goes where the server said, to the next endpoint,
   * or the round is over: none of them is left untried.
   */
  readonly failed: (error: LinkError) => "Redirected" | "Next" | "RoundOver"
  /** A server has let us in. */
  readonly ready: () => void
}

const useAnotherServer = 0x9c
const serverMoved = 0x9d
/** Redirects without a good link in between; servers may name each other in a circle. */
const mostRedirects = 5
/** Of what one server names, so much is looked at. */
const mostServers = 8

const withoutEndpoints = new ConnectError({
  reason: "InvalidEndpoint",
  retryable: false,
  cause: new Error("the list of URLs is empty")
})

/** Hosts with or without a port, IPv6 in brackets, at the scheme and path of the server that names them. */
const parseReference = (reference: string, base: Endpoint.Endpoint): ReadonlyArray<Endpoint.Endpoint> =>
  base.scheme === "unix" ? [] : reference.split(" ")
    .filter((entry) => /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\]+)(:\d+)?$/i.test(entry))
    .slice(0, mostServers)
    .flatMap((entry) =>
      Either.match(Endpoint.parse(`${base.scheme}://${entry}${base.path}`), {
        onLeft: () => [],
        onRight: (endpoint) => [endpoint]
      })
    )

export const make = (
  urls: PerAttempt<string | ReadonlyArray<string>>,
  follow: FollowRedirect = () => false
): Endpoints => {
  /** Named by a server: for this outage, and for good. */
  let detour: ReadonlyArray<Endpoint.Endpoint> = []
  let moved: ReadonlyArray<Endpoint.Endpoint> = []
  let current: Endpoint.Endpoint | undefined
  let count = 1
  let index = 0
  let failures = 0
  let redirects = 0

  const configured = Effect.flatMap(
    evaluate(urls),
    (given) => Effect.forEach(typeof given === "string" ? [given] : given, (url) => Endpoint.parse(url))
  )

  const restart = () => {
    index = 0
    failures = 0
  }

  const redirected = (error: LinkError): boolean => {
    if (error._tag === "AuthError" || error.serverReference === undefined || current === undefined) return false
    const permanent = error.reasonCode === serverMoved
    if (!permanent && error.reasonCode !== useAnotherServer) return false
    if (redirects >= mostRedirects) return false
    const allowed = parseReference(error.serverReference, current).filter((endpoint) => follow(endpoint, permanent))
    if (allowed.length === 0) return false
    redirects++
    if (permanent) moved = allowed
    detour = permanent ? [] : allowed
    restart()
    return true
  }

  return {
    next: Effect.flatMap(Effect.suspend(() => moved.length > 0 ? Effect.succeed(moved) : configured), (home) => {
      const all = [...detour, ...home]
      count = all.length
      current = all[index % count]
      return count === 0 ? withoutEndpoints : Effect.succeed(current)
    }),
    failed: (error) => {
      if (redirected(error)) return "Redirected"
      index++
      if (++failures < count) return "Next"
      failures = 0
      return "RoundOver"
    },
    ready: () => {
      redirects = 0
      failures = 0
      if (detour.length === 0) return
      detour = []
      // The link that fails next is the one behind the detour: the list begins anew.
      index = -1
    }
  }
}
