/** What goes wrong in the `mqtt` command, and the exit codes of that. */
import { type MqttError, TransportError } from "@effect-mqtt/connection/MqttError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { CommandError } from "../command/commandError.ts"

/** Mosquitto's code for a time limit that was reached. */
export const timeoutCode = 27

export const usage = (sentence: string, advice?: string): CommandError =>
  new CommandError({ kind: "Usage", sentence, advice, exitCode: 1 })

export const timedOut = (sentence: string): CommandError =>
  new CommandError({ kind: "Timeout", sentence, exitCode: timeoutCode })

/** `-W`: a limit for all that a command does, connecting included; none if it was not given. */
export const within = (limit: Duration.Duration | undefined) => <A, E, R>(command: Effect.Effect<A, E, R>) =>
  limit === undefined
    ? command
    : Effect.timeoutFail(command, { duration: limit, onTimeout: () => timedOut("The time limit of -W is over") })

const reasonOf = (error: MqttError): number | undefined => "reasonCode" in error ? error.reasonCode : undefined

const rootOf = (error: MqttError): MqttError => {
  const cause = error.cause
  return error.reason === "Closed" && isMqttError(cause) ? rootOf(cause) : error
}

const isMqttError = (value: unknown): value is MqttError =>
  value instanceof Error && "reason" in value && "_tag" in value

const transportAdvice = (reason: TransportError["reason"] | undefined): string => {
  switch (reason) {
    case "Untrusted":
      return "Name the authority that signed the broker's certificate with --cafile."
    case "WrongHost":
      return "Reach the broker with --host by a name that its certificate is for."
    case "ProxyDenied":
      return "Check --proxy and what it needs to let you in."
    case "UpgradeRefused":
    case "NoSubprotocol":
      return "Check --port and --ws-path, and that the broker takes WebSocket there."
    default:
      return "Check --host and --port, and that the broker runs."
  }
}

const rejectionAdvice = (reasonCode: number | undefined): string | undefined => {
  switch (reasonCode) {
    // 3.1.1 has no other code, and in 5 it is for those who do not say why.
    case 0x80:
      return "The broker may not allow this topic to this user."
    case 0x87:
      return "The broker does not allow this topic to this user."
    case 0x97:
      return "The broker has a limit that is reached: try again later."
    default:
      return undefined
  }
}

const adviceOf = (error: MqttError): string | undefined => {
  switch (error.reason) {
    case "BadCredentials":
    case "NotAuthorized":
      return "Check --username and the password."
    case "Transport":
      return transportAdvice(error.cause instanceof TransportError ? error.cause.reason : undefined)
    case "InvalidEndpoint":
      return "See --help for how to name the broker."
    case "ProtocolError":
      return "The broker may speak another version: try -V 311."
    case "SubscribeRejected":
    case "PublishRejected":
      return rejectionAdvice(error.reasonCode)
    default:
      return undefined
  }
}

/** A refusal keeps the broker's reason code as its exit code, since all of them fit into a byte. */
export const fromMqtt = (failure: MqttError): CommandError => {
  const error = rootOf(failure)
  const reasonCode = reasonOf(error)
  const refused = reasonCode !== undefined && reasonCode !== 0
  const timedOut = error._tag === "RequestError" && error.reason === "Timeout"
  return new CommandError({
    kind: refused ? "Refused" : timedOut ? "Timeout" : error._tag === "ConnectError" ? "Connection" : "Failed",
    sentence: error.message.replace(/\.$/, ""),
    advice: adviceOf(error),
    exitCode: refused ? reasonCode : timedOut ? timeoutCode : 1,
    reasonCode,
    cause: error
  })
}
