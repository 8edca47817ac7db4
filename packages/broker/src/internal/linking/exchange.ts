import * as Packet from "@effect-mqtt/codec/Packet"
import type { AuthenticationStep, ConnectRefusal, ConnectRequest, Mechanism } from "../../AccessControl.ts"
import type { Question } from "../hub.ts"
import * as Reason from "../reason.ts"
import type { Outbox } from "../sending/outbox.ts"

/** How an exchange ended well. */
export type Acceptance = Extract<AuthenticationStep, { readonly _tag: "Accept" }>

type Conclude = (outcome: Acceptance | ConnectRefusal, now: number) => Question | undefined

/** The AUTH packets of one connection: the method of its CONNECT, and the challenge that waits for an answer. */
export class Exchange {
  private readonly method: string
  private readonly mechanism: Mechanism
  private readonly request: ConnectRequest
  private readonly outbox: Outbox
  private pending: { readonly next: Next; readonly conclude: Conclude } | undefined
  private challenges = 0

  constructor(method: string, mechanism: Mechanism, request: ConnectRequest, outbox: Outbox) {
    this.method = method
    this.mechanism = mechanism
    this.request = request
    this.outbox = outbox
  }

  begin(data: Uint8Array | undefined, conclude: Conclude): Question {
    this.challenges = 0
    return this.ask(() => this.mechanism(this.request, data), conclude)
  }

  /** The next question, or that this packet has no place here [MQTT-4.12.0-3, -5]. */
  receive(packet: Packet.Auth, renewed: Conclude | undefined): Question | "Violation" {
    if (packet.properties?.authenticationMethod !== this.method) return "Violation"
    const data = packet.properties.authenticationData
    const { pending } = this
    switch (packet.reasonCode ?? Reason.success) {
      case Reason.continueAuthentication:
        if (pending === undefined) return "Violation"
        this.pending = undefined
        return this.ask(() => pending.next(data), pending.conclude)
      case Reason.reAuthenticate:
        return pending !== undefined || renewed === undefined ? "Violation" : this.begin(data, renewed)
      default:
        return "Violation"
    }
  }

  private ask(step: () => ReturnType<Mechanism>, conclude: Conclude): Question {
    return { _tag: "TakeStep", step, answer: (step, now) => this.take(step, conclude, now) }
  }

  private take(step: AuthenticationStep, conclude: Conclude, now: number): Question | undefined {
    switch (step._tag) {
      case "Accept":
        return conclude(step, now)
      case "Refuse":
        return conclude(step.reason, now)
      case "Challenge":
        if (++this.challenges > mostChallenges) return conclude("NotAuthorized", now)
        this.pending = { next: step.next, conclude }
        this.outbox.send(packetOf(Reason.continueAuthentication, this.method, step.data))
        return undefined
    }
  }
}

type Next = Extract<AuthenticationStep, { readonly _tag: "Challenge" }>["next"]

const mostChallenges = 10

/** An AUTH always names its method. */
export const packetOf = (reasonCode: number, authenticationMethod: string, data: Uint8Array | undefined): Packet.Auth =>
  Packet.auth({
    reasonCode,
    properties: { authenticationMethod, ...(data === undefined ? {} : { authenticationData: data }) }
  })
