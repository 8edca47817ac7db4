/** What a program expects of every broker, or the way in which a broker declares not to offer it. */
import type { MqttError } from "@effect-mqtt/connection"
import type { Effect, Scope } from "effect"
import type { Target } from "./target.ts"

export interface Scenario {
  readonly name: string
  readonly run: (target: Target) => Effect.Effect<void, MqttError.MqttError, Scope.Scope>
  /** Also over TLS and WebSocket; the others run over TCP only. */
  readonly onEveryLink?: true
}

/** Names that no other test uses, in what the user may use. */
export const topicOf = (target: Target, name: string) => `open/${name}/${target.version}/${target.link}`

export const clientIdOf = (target: Target, name: string) => `${name}-${target.version}`
