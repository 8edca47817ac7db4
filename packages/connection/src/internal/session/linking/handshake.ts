/**
 * How a link becomes ready: the answer to CONNECT, and the steps of an enhanced authentication, whose
 * mechanism may judge the server last [5 §3.1.4, §4.12]. A re-authentication goes the same way on a link
 * that is ready.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import { AuthError, ConnectError } from "../../../MqttError.ts"
import type { Output } from "../output.ts"
import type { AuthenticationStep } from "./authentication.ts"
import { Authentication } from "./authentication.ts"
import * as refusal from "./refusal.ts"

/** `Judging`: the CONNACK was good, and the mechanism of the authentication looks at it. */
export type Phase = "Closed" | "Handshaking" | "Judging" | "Ready" | "Ended"

export type SettleAuthentication = (error: AuthError | ConnectError | undefined) => void

/** What came behind a CONNACK that is being judged. */
interface Held {
  readonly connAck: Packet.ConnAck
  readonly packets: Array<Packet.Packet>
  error: CodecError.CodecError | undefined
}

export interface Surroundings {
  readonly connAckTimeout: number
  readonly onAuthenticate: (step: AuthenticationStep) => void
  /** Whether there is a session here that the server may go on with. */
  readonly hasState: () => boolean
  /** The server is to be used from now on. */
  readonly ready: (sent: Packet.Connect, connAck: Packet.ConnAck) => void
  /** Goes on with what came behind the CONNACK. */
  readonly handleAll: (packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined) => void
  readonly end: (error: AuthError | ConnectError, disconnectCode?: number) => void
  readonly violation: (detail: string) => void
}

export const unspecifiedError = 0x80

/** Of a CONNECT that cannot be sent. */
export const invalidConnect = (cause: CodecError.CodecError): ConnectError =>
  new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause })

export class Handshake {
  readonly #output: Output
  readonly #surroundings: Surroundings
  #phase: Phase = "Closed"
  #connect: Packet.Connect | undefined = undefined
  #isWritten = false
  /** When the server has to answer the CONNECT, or a step of an authentication has to be over. */
  #stepDue = Infinity
  #linkDue = Infinity
  #held: Held | undefined = undefined
  #mustStartClean = false
  #waiters: Array<SettleAuthentication> = []
  readonly #authentication = new Authentication()

  constructor(output: Output, surroundings: Surroundings) {
    this.#output = output
    this.#surroundings = surroundings
  }

  phase(): Phase {
    return this.#phase
  }

  /** The CONNECT of this link, or of the last one. */
  get connect(): Packet.Connect | undefined {
    return this.#connect
  }

  /** When the server has to have answered. */
  get due(): number {
    return this.#stepDue
  }

  get mustStartClean(): boolean {
    return this.#mustStartClean
  }

  /** Whether somebody waits for a re-authentication. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0
  }

  open(now: number, packet: Packet.Connect, due: number): void {
    this.#connect = packet
    this.#isWritten = false
    this.#phase = "Handshaking"
    this.#linkDue = due
    this.#allowStep(now)
    this.#held = undefined
    this.#authentication.reset(packet.properties?.authenticationMethod)
  }

  writeConnect(packet: Packet.Connect): void {
    // Another link may have begun while the store was at work.
    if (this.#connect !== packet || this.#phase !== "Handshaking") return
    const problem = this.#output.write(packet)
    this.#isWritten = problem === undefined
    if (problem !== undefined) this.#surroundings.end(invalidConnect(problem))
  }

  /** What a server may say before it has let us in. */
  receive(now: number, packet: Packet.Packet): void {
    const surroundings = this.#surroundings
    if (!this.#isWritten) return surroundings.violation(`${packet._tag} before CONNECT`)
    if (packet._tag === "ConnAck" && this.#connect !== undefined) return this.#onConnAck(now, this.#connect, packet)
    return packet._tag === "Auth" ? this.onAuth(now, packet) : surroundings.violation("the first packet is not CONNACK")
  }

  onAuth(now: number, packet: Packet.Auth): void {
    const surroundings = this.#surroundings
    // Only a CONNACK says that a connect has succeeded.
    if (this.#phase === "Handshaking" && packet.reasonCode === 0) {
      return surroundings.violation("AUTH says success before CONNACK")
    }
    const step = this.#authentication.received(packet)
    if ("violation" in step) return surroundings.violation(step.violation)
    this.#allowStep(now)
    surroundings.onAuthenticate(step)
  }

  /** The link is ready. */
  complete(): void {
    this.#phase = "Ready"
    this.#stepDue = Infinity
  }

  /** Keeps packets for later: the CONNACK before them is being judged. */
  hold(packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined): void {
    const held = this.#held
    if (held === undefined) return
    for (const packet of packets) held.packets.push(packet)
    held.error ??= error
  }

  leave(next: "Closed" | "Ended"): void {
    this.#phase = next
    this.#held = undefined
    this.#stepDue = Infinity
  }

  /** Answers those who wait for a re-authentication. */
  settle(error: AuthError | ConnectError | undefined): void {
    const settled = this.#waiters
    this.#waiters = []
    for (const one of settled) one(error)
  }

  authenticate(data: Uint8Array | undefined): void {
    if (this.#phase === "Closed" || this.#phase === "Ended") return
    const step = this.#authentication.answered()
    if (step === "Challenge") return this.#writeAuth(0x18, data)
    if (step === undefined) return
    this.#stepDue = Infinity
    if (this.#held === undefined) this.settle(undefined)
    else this.#release(this.#held)
  }

  /** True if an exchange begins with it. */
  reauthenticate(now: number, data: Uint8Array | undefined, onSettled: SettleAuthentication): boolean {
    const authentication = this.#authentication
    if (this.#phase !== "Ready" || authentication.method === undefined) {
      onSettled(
        this.#phase === "Ready"
          ? new AuthError({ reason: "BadAuthenticationMethod" })
          : new ConnectError({ reason: "Transport", retryable: true })
      )
      return false
    }
    this.#waiters.push(onSettled)
    if (authentication.isRunning) return false
    authentication.begin()
    this.#allowStep(now)
    this.#writeAuth(0x19, data)
    return true
  }

  /** The next step has its time, within that of the whole handshake. */
  #allowStep(now: number): void {
    this.#stepDue = Math.min(
      now + this.#surroundings.connAckTimeout,
      this.#phase === "Ready" ? Infinity : this.#linkDue
    )
  }

  #onConnAck(now: number, sent: Packet.Connect, packet: Packet.ConnAck): void {
    const surroundings = this.#surroundings
    if (packet.reasonCode !== 0) return surroundings.end(refusal.ofConnAck(packet))
    // A server of 3.1.1 may refuse 5.0 in its own shape; one that accepts would go on in that version.
    if (sent.protocolVersion === 5 && packet.properties === undefined) {
      return surroundings.violation("a CONNACK of MQTT 3.1.1 accepts MQTT 5.0")
    }
    if (packet.sessionPresent && sent.cleanStart) {
      return surroundings.violation("a session is present after a clean start")
    }
    if (packet.sessionPresent && !surroundings.hasState()) {
      this.#mustStartClean = true
      return surroundings.violation("the server holds a session that this client does not know")
    }
    if (sent.properties?.authenticationMethod === undefined && packet.properties?.authenticationMethod === undefined) {
      return this.#ready(sent, packet)
    }
    const step = this.#authentication.received(packet)
    if ("violation" in step) return surroundings.violation(step.violation)
    this.#phase = "Judging"
    this.#held = { connAck: packet, packets: [], error: undefined }
    this.#allowStep(now)
    surroundings.onAuthenticate(step)
  }

  #ready(sent: Packet.Connect, connAck: Packet.ConnAck): void {
    this.#mustStartClean = false
    this.#surroundings.ready(sent, connAck)
  }

  #writeAuth(reasonCode: number, data: Uint8Array | undefined): void {
    const problem = this.#output.write({
      _tag: "Auth",
      reasonCode,
      properties: {
        authenticationMethod: this.#authentication.method,
        ...(data === undefined ? {} : { authenticationData: data })
      }
    })
    if (problem !== undefined) {
      this.#surroundings.end(new AuthError({ reason: "BadAuthenticationMethod", cause: problem }), unspecifiedError)
    }
  }

  /** What had to wait until the mechanism was content with the server. */
  #release({ connAck, error, packets }: Held): void {
    this.#held = undefined
    if (this.#connect !== undefined) this.#ready(this.#connect, connAck)
    this.#surroundings.handleAll(packets, error)
  }
}
