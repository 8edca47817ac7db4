/**
 * How a link becomes ready: the answer to CONNECT, and the steps of an enhanced authentication, whose
 * mechanism may judge the server last [5 §3.1.4, §4.12]. A re-authentication goes the same way on a link
 * that is ready.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import { AuthError, ConnectError } from "../../MqttError.ts"
import * as authentications from "./authentication.ts"
import type { Output } from "./output.ts"
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
  readonly onAuthenticate: (step: authentications.AuthenticationStep) => void
  /** Whether there is a session here that the server may go on with. */
  readonly hasState: () => boolean
  /** The server is to be used from now on. */
  readonly ready: (sent: Packet.Connect, connAck: Packet.ConnAck) => void
  /** Goes on with what came behind the CONNACK. */
  readonly handleAll: (packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined) => void
  readonly end: (error: AuthError | ConnectError, disconnectCode?: number) => void
  readonly violation: (detail: string) => void
}

export interface Handshake {
  readonly phase: () => Phase
  /** The CONNECT of this link, or of the last one. */
  readonly connect: () => Packet.Connect | undefined
  readonly open: (now: number, connect: Packet.Connect, due: number) => void
  readonly writeConnect: (connect: Packet.Connect) => void
  /** What a server may say before it has let us in. */
  readonly receive: (now: number, packet: Packet.Packet) => void
  readonly onAuth: (now: number, packet: Packet.Auth) => void
  /** The link is ready. */
  readonly complete: () => void
  /** Keeps packets for later: the CONNACK before them is being judged. */
  readonly hold: (packets: ReadonlyArray<Packet.Packet>, error: CodecError.CodecError | undefined) => void
  readonly leave: (next: "Closed" | "Ended") => void
  /** Answers those who wait for a re-authentication. */
  readonly settle: SettleAuthentication
  readonly isAwaited: () => boolean
  /** When the server has to have answered. */
  readonly due: () => number
  readonly mustStartClean: () => boolean
  readonly authenticate: (data: Uint8Array | undefined) => void
  readonly reauthenticate: (now: number, data: Uint8Array | undefined, settle: SettleAuthentication) => void
}

export const unspecifiedError = 0x80

export const make = (output: Output, surroundings: Surroundings): Handshake => {
  const { connAckTimeout, end, onAuthenticate, violation } = surroundings
  let phase: Phase = "Closed"
  let connect: Packet.Connect | undefined
  let isWritten = false
  /** When the server has to answer the CONNECT, or a step of an authentication has to be over. */
  let stepDue = Infinity
  let linkDue = Infinity
  let held: Held | undefined
  let mustStartClean = false
  let waiters: Array<SettleAuthentication> = []
  const authentication = authentications.make()

  /** The next step has its time, within that of the whole handshake. */
  const allowStep = (now: number) => {
    stepDue = Math.min(now + connAckTimeout, phase === "Ready" ? Infinity : linkDue)
  }

  const settle: SettleAuthentication = (error) => {
    const settled = waiters
    waiters = []
    for (const one of settled) one(error)
  }

  const ready = (sent: Packet.Connect, connAck: Packet.ConnAck) => {
    mustStartClean = false
    surroundings.ready(sent, connAck)
  }

  const onConnAck = (now: number, sent: Packet.Connect, packet: Packet.ConnAck) => {
    if (packet.reasonCode !== 0) return end(refusal.ofConnAck(packet))
    if (packet.sessionPresent && sent.cleanStart) return violation("a session is present after a clean start")
    if (packet.sessionPresent && !surroundings.hasState()) {
      mustStartClean = true
      return violation("the server holds a session that this client does not know")
    }
    if (sent.properties?.authenticationMethod === undefined && packet.properties?.authenticationMethod === undefined) {
      return ready(sent, packet)
    }
    const step = authentication.received(packet)
    if ("violation" in step) return violation(step.violation)
    phase = "Judging"
    held = { connAck: packet, packets: [], error: undefined }
    allowStep(now)
    onAuthenticate(step)
  }

  const onAuth = (now: number, packet: Packet.Auth) => {
    // Only a CONNACK says that a connect has succeeded.
    if (phase === "Handshaking" && packet.reasonCode === 0) return violation("AUTH says success before CONNACK")
    const step = authentication.received(packet)
    if ("violation" in step) return violation(step.violation)
    allowStep(now)
    onAuthenticate(step)
  }

  const writeAuth = (reasonCode: number, data: Uint8Array | undefined) => {
    const problem = output.write({
      _tag: "Auth",
      reasonCode,
      properties: {
        authenticationMethod: authentication.method(),
        ...(data === undefined ? {} : { authenticationData: data })
      }
    })
    if (problem !== undefined) {
      end(new AuthError({ reason: "BadAuthenticationMethod", cause: problem }), unspecifiedError)
    }
  }

  /** What had to wait until the mechanism was content with the server. */
  const release = ({ connAck, error, packets }: Held) => {
    held = undefined
    if (connect !== undefined) ready(connect, connAck)
    surroundings.handleAll(packets, error)
  }

  return {
    phase: () => phase,
    connect: () => connect,
    open: (now, packet, due) => {
      connect = packet
      isWritten = false
      phase = "Handshaking"
      linkDue = due
      allowStep(now)
      held = undefined
      authentication.reset(packet.properties?.authenticationMethod)
    },
    writeConnect: (packet) => {
      // Another link may have begun while the store was at work.
      if (connect !== packet || phase !== "Handshaking") return
      const problem = output.write(packet)
      isWritten = problem === undefined
      if (problem !== undefined) {
        end(new ConnectError({ reason: "InvalidEndpoint", retryable: false, cause: problem }))
      }
    },
    receive: (now, packet) => {
      if (!isWritten) return violation(`${packet._tag} before CONNECT`)
      if (packet._tag === "ConnAck" && connect !== undefined) return onConnAck(now, connect, packet)
      return packet._tag === "Auth" ? onAuth(now, packet) : violation("the first packet is not CONNACK")
    },
    onAuth,
    complete: () => {
      phase = "Ready"
      stepDue = Infinity
    },
    hold: (packets, error) => {
      held?.packets.push(...packets)
      if (held !== undefined && error !== undefined) held.error = error
    },
    leave: (next) => {
      phase = next
      held = undefined
      stepDue = Infinity
    },
    settle,
    isAwaited: () => waiters.length > 0,
    due: () => stepDue,
    mustStartClean: () => mustStartClean,
    authenticate: (data) => {
      if (phase === "Closed" || phase === "Ended") return
      const step = authentication.answered()
      if (step === "Challenge") return writeAuth(0x18, data)
      if (step === undefined) return
      stepDue = Infinity
      if (held === undefined) settle(undefined)
      else release(held)
    },
    reauthenticate: (now, data, onSettled) => {
      if (phase !== "Ready") return onSettled(new ConnectError({ reason: "Transport", retryable: true }))
      if (authentication.method() === undefined) return onSettled(new AuthError({ reason: "BadAuthenticationMethod" }))
      waiters.push(onSettled)
      if (authentication.isRunning()) return
      authentication.begin()
      allowStep(now)
      writeAuth(0x19, data)
    }
  }
}
