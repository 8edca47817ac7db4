/**
 * The AUTH exchange of a link [5 §4.12]: which packet may come when. What the data means is up to the
 * mechanism, which answers each step through `answered`.
 */
import type { Packet } from "@effect-mqtt/codec"

/**
 * What the mechanism has to do: answer a challenge, or judge the data that came with success.
 */
export interface AuthenticationStep {
  readonly _tag: "Challenge" | "Success"
  readonly data: Uint8Array | undefined
}

export interface Authentication {
  readonly reset: (method: string | undefined) => void
  /** A re-authentication begins. */
  readonly begin: () => void
  /** The step that AUTH or the successful CONNACK asks for, or what is wrong with it. */
  readonly received: (packet: Packet.Auth | Packet.ConnAck) => AuthenticationStep | { readonly violation: string }
  /** The mechanism has answered; says which step it was. */
  readonly answered: () => AuthenticationStep["_tag"] | undefined
  readonly method: () => string | undefined
  /** Whether an exchange is under way. */
  readonly isRunning: () => boolean
}

const continues = 0x18
/** Steps of one exchange; a server that asks for more will never be content. */
const mostRounds = 10

export const make = (): Authentication => {
  let method: string | undefined
  let running = false
  let step: AuthenticationStep["_tag"] | undefined
  let rounds = 0

  const judge = (packet: Packet.Auth | Packet.ConnAck): string | undefined => {
    if (packet.properties?.authenticationMethod !== method) return "the authentication method is not that of CONNECT"
    if (method === undefined && packet._tag === "Auth") return "AUTH came although no method was agreed on"
    if (packet._tag === "Auth" && !running) return "AUTH came outside an exchange"
    if (step !== undefined) return "the server did not wait for the answer to its AUTH"
    if (++rounds > mostRounds) return "the authentication takes too many rounds"
    return undefined
  }

  const start = () => {
    running = method !== undefined
    step = undefined
    rounds = 0
  }

  return {
    reset: (next) => {
      method = next
      start()
    },
    begin: start,
    received: (packet) => {
      const violation = judge(packet)
      if (violation !== undefined) return { violation }
      step = packet._tag === "Auth" && packet.reasonCode === continues ? "Challenge" : "Success"
      return { _tag: step, data: packet.properties?.authenticationData }
    },
    answered: () => {
      const done = step
      step = undefined
      if (done === "Success") running = false
      return done
    },
    method: () => method,
    isRunning: () => running
  }
}
