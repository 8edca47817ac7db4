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

const continues = 0x18
/** Steps of one exchange; a server that asks for more will never be content. */
const mostRounds = 10

export class Authentication {
  #method: string | undefined = undefined
  #isRunning = false
  #step: AuthenticationStep["_tag"] | undefined = undefined
  #rounds = 0

  get method(): string | undefined {
    return this.#method
  }

  /** Whether an exchange is under way. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  reset(method: string | undefined): void {
    this.#method = method
    this.begin()
  }

  /** An exchange begins; on a link that is ready, a re-authentication. */
  begin(): void {
    this.#isRunning = this.#method !== undefined
    this.#step = undefined
    this.#rounds = 0
  }

  /** The step that AUTH or the successful CONNACK asks for, or what is wrong with it. */
  received(packet: Packet.Auth | Packet.ConnAck): AuthenticationStep | { readonly violation: string } {
    const violation = this.#judge(packet)
    if (violation !== undefined) return { violation }
    const step = packet._tag === "Auth" && packet.reasonCode === continues ? "Challenge" : "Success"
    this.#step = step
    return { _tag: step, data: packet.properties?.authenticationData }
  }

  /** The mechanism has answered; says which step it was. */
  answered(): AuthenticationStep["_tag"] | undefined {
    const done = this.#step
    this.#step = undefined
    if (done === "Success") this.#isRunning = false
    return done
  }

  #judge(packet: Packet.Auth | Packet.ConnAck): string | undefined {
    if (packet.properties?.authenticationMethod !== this.#method) {
      return "the authentication method is not that of CONNECT"
    }
    if (this.#method === undefined && packet._tag === "Auth") return "AUTH came although no method was agreed on"
    if (packet._tag === "Auth" && !this.#isRunning) return "AUTH came outside an exchange"
    if (this.#step !== undefined) return "the server did not wait for the answer to its AUTH"
    if (++this.#rounds > mostRounds) return "the authentication takes too many rounds"
    return undefined
  }
}
