/**
 * Whether a client tries again after a link or an attempt has failed: the retry columns of the reason
 * codes [5 §2.4] and return codes [311 §3.2.2.3], and what keeps a hopeless client from going on.
 */
import type { ProtocolVersion } from "@effect-mqtt/codec"
import { ConnectError } from "../../../MqttError.ts"
import type { LinkError } from "../link/linkFailed.ts"

/** How an attempt ended. */
export interface Ending {
  readonly error: LinkError
  /** Milliseconds that the link was ready for; undefined if it never was. */
  readonly readyFor: number | undefined
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  /** Whether the server owed an answer. */
  readonly wasBusy: boolean
}

/** Links in a row that end in the same way, before the next one is not worth trying. */
const mostInARow = 3

/** Codes that say that one side breaks the rules: the next link ends like this one, if nothing changes. */
const brokenRules = new Set([0x81, 0x82, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x99])

/** What makes two protocol errors the same; undefined for every other error. */
const protocolErrorOf = (error: LinkError): string | undefined => {
  if (error._tag === "AuthError") return undefined
  const { cause, reason, reasonCode } = error
  if (reason !== "ProtocolError" && !(reasonCode !== undefined && brokenRules.has(reasonCode))) return undefined
  return `${reason} ${reasonCode} ${cause instanceof Error ? cause.message : ""}`
}

/** A 3.1.1 server cannot say what is wrong, such as that another client has taken over; it just hangs up, at once. */
const atOnceMillis = 1000
const isThrownOut = ({ error, protocolVersion, readyFor }: Ending): boolean =>
  protocolVersion === 4 && readyFor !== undefined && readyFor < atOnceMillis && error._tag === "ConnectError" &&
  error.reason === "Transport"

/** Where the server owed an answer each time, its reason may be what it was asked. */
const thrownOutError = (wasBusy: boolean, cause: LinkError): ConnectError =>
  new ConnectError({
    reason: wasBusy ? "ServerDisconnected" : "SessionTakenOver",
    retryable: false,
    cause: new Error(
      `it hung up at once, ${mostInARow} times in a row: another client has the identifier, or it forbids what this one ` +
        "publishes or subscribes to",
      { cause }
    )
  })

/** Credentials are evaluated anew for one more attempt: a token may have expired. */
const mayBeStale = (error: LinkError): boolean =>
  error._tag === "AuthError" && (error.reason === "BadCredentials" || error.reason === "NotAuthorized")

export class Retry {
  readonly #stableAfter: number
  #refusals = 0
  #sameProtocolErrors = 0
  #protocolError: string | undefined = undefined
  #thrownOut = 0
  #alwaysBusy = true

  constructor(stableAfter: number) {
    this.#stableAfter = stableAfter
  }

  /** Whether to try again, and the error to go on with, or to give up over. */
  judge(ending: Ending): { readonly again: boolean; readonly error: LinkError } {
    const { error, readyFor } = ending
    if (readyFor !== undefined && readyFor >= this.#stableAfter) {
      this.#refusals = 0
      this.#sameProtocolErrors = 0
    }
    this.#count(ending)
    if (this.#thrownOut >= mostInARow) return { again: false, error: thrownOutError(this.#alwaysBusy, error) }
    const again = error.retryable || (mayBeStale(error) && ++this.#refusals === 1)
    return { again: again && this.#sameProtocolErrors < mostInARow, error }
  }

  #count(ending: Ending): void {
    const last = this.#protocolError
    const now = protocolErrorOf(ending.error)
    this.#protocolError = now
    this.#sameProtocolErrors = now === undefined ? 0 : now === last ? this.#sameProtocolErrors + 1 : 1
    this.#thrownOut = isThrownOut(ending) ? this.#thrownOut + 1 : 0
    this.#alwaysBusy = ending.wasBusy && (this.#alwaysBusy || this.#thrownOut <= 1)
  }
}
