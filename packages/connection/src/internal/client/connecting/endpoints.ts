/**
 * Where the next attempt goes: the configured endpoints in turn, or the servers that the last one
 * named, if the program lets itself be sent there [5 §4.11].
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { PerAttempt } from "../../../ConnectionOptions.ts"
import * as Endpoint from "../../../Endpoint.ts"
import { ConnectError } from "../../../MqttError.ts"
import type { LinkError } from "../link/linkFailed.ts"
import { evaluate } from "./attempt.ts"

type FollowRedirect = (to: Endpoint.Endpoint, permanent: boolean) => boolean

const useAnotherServer = 0x9c
const serverMoved = 0x9d
/** Redirects without a good link in between; servers may name each other in a circle. */
const mostRedirects = 5
/** How many of the servers that one redirect names are looked at. */
const mostServers = 8

const none: ReadonlyArray<never> = []

const withoutEndpoints = () =>
  new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: new Error("the list of URLs is empty") })

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

const parseAll = (
  given: string | ReadonlyArray<string>
): Either.Either<ReadonlyArray<Endpoint.Endpoint>, ConnectError> =>
  typeof given === "string"
    ? Either.map(Endpoint.parse(given), (endpoint) => [endpoint])
    : Either.all(given.map((url) => Endpoint.parse(url)))

export class Endpoints {
  readonly #urls: PerAttempt<string | ReadonlyArray<string>>
  readonly #follow: FollowRedirect | undefined
  /** Named by a server: for this outage, and for good. */
  #detour: ReadonlyArray<Endpoint.Endpoint> = none
  #moved: ReadonlyArray<Endpoint.Endpoint> = none
  #current: Endpoint.Endpoint | undefined = undefined
  #count = 1
  #index = 0
  #failures = 0
  #redirects = 0

  constructor(urls: PerAttempt<string | ReadonlyArray<string>>, follow: FollowRedirect | undefined) {
    this.#urls = urls
    this.#follow = follow
  }

  get next(): Effect.Effect<Endpoint.Endpoint, LinkError> {
    return Effect.flatMap(this.#moved.length > 0 ? Effect.succeed(this.#moved) : this.#configured(), (home) => {
      const all = [...this.#detour, ...home]
      this.#count = all.length
      this.#current = all[this.#index % all.length]
      return all.length === 0 ? withoutEndpoints() : Effect.succeed(this.#current)
    })
  }

  /**
   * An attempt or a link has failed. The next one goes where the server said, to the next endpoint,
   * or the round is over: none of them is left untried.
   */
  failed(error: LinkError): "Redirected" | "Next" | "RoundOver" {
    if (this.#isRedirected(error)) return "Redirected"
    this.#index++
    if (++this.#failures < this.#count) return "Next"
    this.#failures = 0
    return "RoundOver"
  }

  /** A server has let us in. */
  ready(): void {
    this.#redirects = 0
    this.#failures = 0
    if (this.#detour.length === 0) return
    this.#detour = none
    // The link that fails next is the one behind the detour: the list begins anew.
    this.#index = -1
  }

  #configured(): Effect.Effect<ReadonlyArray<Endpoint.Endpoint>, LinkError> {
    return Effect.flatMap(evaluate(this.#urls), parseAll)
  }

  #isRedirected(error: LinkError): boolean {
    const current = this.#current
    if (error._tag === "AuthError" || error.serverReference === undefined || current === undefined) return false
    const permanent = error.reasonCode === serverMoved
    if (!permanent && error.reasonCode !== useAnotherServer) return false
    if (this.#redirects >= mostRedirects) return false
    const allowed = parseReference(error.serverReference, current)
      .filter((endpoint) => this.#follow?.(endpoint, permanent) === true)
    if (allowed.length === 0) return false
    this.#redirects++
    if (permanent) this.#moved = allowed
    this.#detour = permanent ? none : allowed
    this.#index = 0
    this.#failures = 0
    return true
  }
}
