/** What a client does when an attempt has failed or a link has ended: where it goes next, when, and whether at all. */
import type * as Effect from "effect/Effect"
import type { ClientOptions } from "../../../ClientOptions.ts"
import type { Endpoint } from "../../../Endpoint.ts"
import type { Settings } from "../engine/settings.ts"
import type { LinkError } from "../link/linkFailed.ts"
import { Endpoints } from "./endpoints.ts"
import * as retries from "./retry.ts"

export interface Verdict {
  /** To go on with, or to give up over. */
  readonly error: LinkError
  readonly next: "AtOnce" | "Later" | "Never"
  /** Whether the server sends this client elsewhere. */
  readonly isRedirected: boolean
  /** Whether the link was good for long enough to forget what was before it. */
  readonly isStable: boolean
}

export class Outage {
  readonly #endpoints: Endpoints
  /** Made for the first failure. */
  #retry: retries.Retry | undefined = undefined
  readonly #stableAfter: number
  /** Whether one of the endpoints of this round may still be good. */
  #isWorthwhile = false

  constructor({ followRedirect, url }: ClientOptions, { stableAfter }: Settings) {
    this.#endpoints = new Endpoints(url, followRedirect)
    this.#stableAfter = stableAfter
  }

  get endpoint(): Effect.Effect<Endpoint, LinkError> {
    return this.#endpoints.next
  }

  /** A server has let us in. */
  ready(): void {
    this.#endpoints.ready()
  }

  /** `failsFast` for a client that was never let in, and whose program wants to hear of the first failure. */
  judge(ending: retries.Ending, failsFast: boolean): Verdict {
    const { readyFor } = ending
    const isStable = readyFor !== undefined && readyFor >= this.#stableAfter
    this.#retry ??= new retries.Retry(this.#stableAfter)
    const { again, error } = this.#retry.judge(ending)
    const next = this.#endpoints.failed(error)
    const isRedirected = next === "Redirected"
    // Where a host is at fault, the next one may still be good.
    const isOfHost = error._tag === "ConnectError" && error.reason === "Transport"
    this.#isWorthwhile ||= again || isRedirected
    const isOver = next === "RoundOver"
      ? failsFast || !this.#isWorthwhile
      : next === "Next" && !isOfHost && !(failsFast ? error.retryable : again)
    const verdict = { error, isRedirected, isStable }
    if (isOver) return { ...verdict, next: "Never" }
    // A server that lets us in only to send us away is approached as slowly as one that hangs up.
    if (next === "Next" || (isRedirected && (readyFor === undefined || isStable))) return { ...verdict, next: "AtOnce" }
    this.#isWorthwhile = false
    return { ...verdict, next: "Later" }
  }
}
