/** What goes wrong in the `roborock` command, and its exit codes. */
import type { AuthError, RoborockError, UnknownRoom } from "@effect-mqtt/roborock/RoborockError"
import { CommandError } from "../command/commandError.ts"

const exitCodes = { Usage: 1, File: 1, Failed: 1, Login: 2, Connection: 3, Timeout: 3, Refused: 4 } as const

export type Kind = keyof typeof exitCodes

export const failure = (kind: Kind, sentence: string, advice?: string, cause?: unknown): CommandError =>
  new CommandError({ kind, sentence, advice, exitCode: exitCodes[kind], cause })

const logIn = "Run \"roborock login\"."

/** Where the library says what a program should do, and a person at a terminal does something else. */
const loginAdvice: Partial<Readonly<Record<AuthError["reason"], string>>> = {
  InvalidCredentials: "Try again, or log in with \"roborock login --code\".",
  TwoFactorRequired: "Run \"roborock login --code\".",
  SessionRevoked: logIn,
  InvalidUserData: logIn,
  BrokerRefused: "Wait a few minutes, then run \"roborock login --again\"."
}

/** A message of the library says what happened in its first sentence, and what to do in the others. */
const inSentences = (kind: Kind, error: RoborockError, advice?: string): CommandError => {
  const [first = "", ...others] = error.message.split(/(?<=[.!?]) /)
  const rest = others.join(" ")
  return failure(kind, first.replace(/\.$/, ""), advice ?? (rest === "" ? undefined : rest), error)
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** "get_status: the device did not answer in time" is for programs. */
const afterMethod = (message: string): string => sentence(message.replace(/^[\w.]+: /, ""))

const requestAdvice = {
  TimedOut: "See \"roborock status\" for whether it was done all the same.",
  ConnectionLost: "See \"roborock status\" for whether it was done all the same.",
  NotConnected: "Check that it is switched on and in the Wi-Fi.",
  QueueTimeout: "Try again.",
  InvalidArgument: "See --help.",
  TooLarge: "See --help.",
  InvalidKey: "It gets another key when it is paired with the app again.",
  BadAnswer: "Look at it with \"roborock raw\"."
} as const

/** As a shell takes it: owners of shared devices name floors as they like, and people copy what they should run. */
const quoted = (name: string): string => `'${name.replaceAll("'", String.raw`'\''`)}'`

const onOtherFloor = ({ elsewhere: [one] = [] }: UnknownRoom): string | undefined => {
  if (one === undefined) return undefined
  const use = `roborock floors --use ${quoted(one.floor)}`
  return `"${one.room}" is on the floor "${one.floor}": carry the robot there, and run "${use}".`
}

export const fromRoborock = (error: RoborockError): CommandError => {
  switch (error._tag) {
    case "AuthError":
      return inSentences("Login", error, loginAdvice[error.reason])
    case "ConnectError":
      return inSentences("Connection", error)
    case "RequestError": {
      const kind = error.reason === "InvalidArgument" || error.reason === "TooLarge"
        ? "Usage"
        : error.reason === "BadAnswer" || error.reason === "InvalidKey"
        ? "Refused"
        : error.reason === "NotConnected"
        ? "Connection"
        : "Timeout"
      return failure(kind, afterMethod(error.message), requestAdvice[error.reason], error)
    }
    case "DeviceError": {
      const words = error.text === undefined ? "" : `: ${error.text}`
      return failure("Refused", afterMethod(error.message) + words, "See \"roborock status\".", error)
    }
    case "UnknownDevice":
      return inSentences("Usage", error)
    case "UnknownRoom":
      return inSentences("Usage", error, onOtherFloor(error))
    case "UnsupportedTrait":
      return failure(
        "Refused",
        `"${error.device}" cannot do this: ${error.why}`,
        "See \"roborock devices\" for others.",
        error
      )
    case "NoMap":
      return inSentences("Refused", error)
    case "MapError":
      return failure("Refused", "The map cannot be read", "Try again, or look at it in the app.", error)
  }
}
