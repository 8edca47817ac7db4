/** What ends a command early: one sentence, what to do about it, and an exit code. */
import type { MqttError } from "@effect-mqtt/connection/MqttError"
import * as Data from "effect/Data"

export class CommandError extends Data.TaggedError("CommandError")<{
  readonly kind: "Usage" | "Connection" | "Refused" | "Timeout" | "File" | "Failed"
  readonly sentence: string
  readonly advice?: string | undefined
  readonly exitCode: number
  readonly reasonCode?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return this.advice === undefined ? `${this.sentence}.` : `${this.sentence}. ${this.advice}`
  }
}

/** Mosquitto's code for a time limit that was reached. */
export const timeoutCode = 27

export const usage = (sentence: string, advice?: string): CommandError =>
  new CommandError({ kind: "Usage", sentence, advice, exitCode: 1 })

export const timedOut = (sentence: string): CommandError =>
  new CommandError({ kind: "Timeout", sentence, exitCode: timeoutCode })

export const file = (path: string, what: string, cause: unknown): CommandError =>
  new CommandError({
    kind: "File",
    sentence: `The file ${path} cannot be ${what}`,
    advice: "Look at its path and permissions.",
    exitCode: 1,
    cause
  })

const reasonOf = (error: MqttError): number | undefined => "reasonCode" in error ? error.reasonCode : undefined

const rootOf = (error: MqttError): MqttError => {
  const cause = error.cause
  return error.reason === "Closed" && isMqttError(cause) ? rootOf(cause) : error
}

const isMqttError = (value: unknown): value is MqttError =>
  value instanceof Error && "reason" in value && "_tag" in value

const adviceOf = (error: MqttError): string | undefined => {
  switch (error.reason) {
    case "BadCredentials":
    case "NotAuthorized":
      return "Check --username and the password."
    case "Transport":
      return "Check --host and --port, and that the broker runs."
    case "Untrusted":
      return "Name the authority that signed the broker's certificate with --cafile."
    case "InvalidEndpoint":
      return "See --help for how to name the broker."
    case "ProtocolError":
      return "The broker may speak another version: try -V 311."
    case "SubscribeRejected":
    case "PublishRejected":
      return "The broker does not allow this topic to this user."
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
