/** Who may use the page: checks of address, origin and token, before anything else looks at a request. */
import * as Redacted from "effect/Redacted"
import { createHmac, timingSafeEqual } from "node:crypto"
import { isIP } from "node:net"

export interface Rules {
  /** Without one, everybody who reaches the server may use it. */
  readonly token: Redacted.Redacted | undefined
  /** Whether only this machine reaches the server. */
  readonly loopback: boolean
  /** Further names under which the page is opened, such as that of a proxy. */
  readonly names: ReadonlyArray<string>
  readonly cookie: string
}

/** What of a request decides. */
export interface Facts {
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly contentType: string | undefined
  /** The token as the address has it. */
  readonly token: string | undefined
  /** What the cookie says. */
  readonly pass: string | undefined
}

export type Decision =
  | { readonly _tag: "Allow" }
  /** The address had the token: from now on a cookie has a pass. */
  | { readonly _tag: "Enter"; readonly pass: string }
  | { readonly _tag: "Refuse"; readonly status: number; readonly message: string }

const refuse = (status: number, message: string): Decision => ({ _tag: "Refuse", status, message })

const hostName = (host: string): string | undefined => {
  const parsed = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : undefined
  return parsed === undefined || parsed.host !== host.toLowerCase().replace(/:80$/, "") ? undefined : parsed.hostname
}

export const isLoopback = (host: string): boolean => {
  const plain = host.toLowerCase().replace(/^\[(.*)\]$/, "$1")
  return plain === "localhost" || plain === "::1" || isIP(plain) === 4 && plain.startsWith("127.")
}

/**
 * Whether a page may be opened under this address. A name that somebody else owns can be made to lead here (DNS
 * rebinding), and scripts of its pages would then be of the same origin; an address of numbers cannot.
 */
export const isOwnHost = (host: string | undefined, { loopback, names }: Rules): boolean => {
  const name = host === undefined ? undefined : hostName(host)
  if (name === undefined) return false
  return isLoopback(name)
    || names.some((own) => own.toLowerCase() === name)
    || !loopback && isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0
}

const isSame = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The cookie of those who had the token: it does not reveal the token, and outlives a restart with the same one. */
export const passOf = (token: Redacted.Redacted): string =>
  createHmac("sha256", Redacted.value(token)).update("roborock serve").digest("base64url")

const isSafe = (method: string): boolean => method === "GET" || method === "HEAD"

/** Whether a page of somebody else is behind the request. Browsers say so; other programs say nothing. */
const isForeign = ({ fetchSite, host, method, origin, path }: Facts): boolean => {
  const isNavigation = isSafe(method) && path === "/"
  if (fetchSite !== undefined && fetchSite !== "same-origin" && fetchSite !== "none") return !isNavigation
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()
}

const isJson = (contentType: string | undefined): boolean =>
  contentType?.split(";")[0]?.trim().toLowerCase() === "application/json"

/** Decides on one request. */
export const decide = (facts: Facts, rules: Rules): Decision => {
  if (!isOwnHost(facts.host, rules)) {
    return refuse(403, "This page is not served under this name. Open the address that roborock serve has printed.")
  }
  if (isForeign(facts)) return refuse(403, "Another page may not do this.")
  if (rules.token !== undefined) {
    const pass = passOf(rules.token)
    if (facts.path === "/" && isSafe(facts.method) && facts.token !== undefined) {
      return isSame(facts.token, Redacted.value(rules.token))
        ? { _tag: "Enter", pass }
        : refuse(401, "The token in this address is not right. Open the address that roborock serve has printed.")
    }
    if (facts.pass === undefined || !isSame(facts.pass, pass)) {
      return refuse(401, "Open the address that roborock serve has printed: it holds the token that lets you in.")
    }
  }
  // A form of a foreign page cannot send JSON, even where a browser tells nothing else.
  if (!isSafe(facts.method) && !isJson(facts.contentType)) return refuse(415, "The request has to be JSON.")
  return { _tag: "Allow" }
}
