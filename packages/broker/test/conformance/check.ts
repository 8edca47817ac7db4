import type { Packet } from "@effect-mqtt/codec"
import type { Effect, Scope } from "effect"
import type { ConnectFields, Target } from "./peer.ts"

/** One or more statements of the standard, and how to see whether a broker keeps to them. */
export interface Check {
  /** Ids of MQTT 5.0; those of 3.1.1 are in STATEMENTS where they differ. */
  readonly ids: string
  readonly what: string
  readonly versions: ReadonlyArray<4 | 5>
  readonly run: (target: Target, version: 4 | 5) => Effect.Effect<void, never, Scope.Scope>
}

export const both = [4, 5] as const
export const five = [5] as const

export const bytes = (text: string) => new TextEncoder().encode(text)
export const keptFor = (seconds: number) => ({ properties: { sessionExpiryInterval: seconds } })
/** A session that outlives its connection, in the words of either version. */
export const kept = (version: 4 | 5): ConnectFields => ({ cleanStart: false, ...(version === 5 ? keptFor(60) : {}) })
export const willOn = (topic: string, fields: Partial<Packet.Will> = {}): Packet.Will => ({
  topic,
  payload: bytes("will"),
  qos: 1,
  retain: false,
  ...fields
})
