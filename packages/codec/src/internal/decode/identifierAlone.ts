import type { Properties } from "../../Properties.ts"

/** Identifiers of one byte: with more than 127 subscriptions, those beyond them get objects of their own. */
const behindOneByte = 0x80
const subscriptionIdentifier = 0x0b

const shared: Array<Properties | undefined> = new Array<Properties | undefined>(behindOneByte).fill(undefined)

/**
 * Properties of a PUBLISH that are a subscription identifier and nothing else, as most messages of a subscription have
 * them: one object for all that have the same. Three objects less for each message are 0.1 µs less when it lives for long.
 */
export const identifierAlone = (bytes: Uint8Array, at: number): Properties | undefined => {
  const identifier = bytes[at + 1]
  if (bytes[at] !== subscriptionIdentifier || identifier === 0 || identifier >= behindOneByte) return undefined
  return shared[identifier] ??= Object.freeze({ subscriptionIdentifiers: Object.freeze([identifier]) })
}
