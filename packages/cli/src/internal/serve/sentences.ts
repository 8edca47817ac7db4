/** What went wrong, as a person should read it. */
import type { RoborockError } from "@effect-mqtt/roborock/RoborockError"
import { withFullStop } from "../command/fullStop.ts"

const sentence = (text: string): string => withFullStop(text.charAt(0).toUpperCase() + text.slice(1))

/** Names of methods are for programmers. */
const withoutMethod = ({ message, method }: { readonly message: string; readonly method: string }): string =>
  message.replace(`${method}: `, "")

export const sentenceOf = (error: RoborockError): string => {
  switch (error._tag) {
    case "RequestError":
      return sentence(withoutMethod(error))
    case "DeviceError":
      return sentence(error.text ?? withoutMethod(error))
    case "UnknownDevice":
      return "The account has no such device."
    case "AuthError":
    case "ConnectError":
    case "MapError":
    case "NoMap":
    case "UnknownRoom":
    case "UnsupportedTrait":
      return sentence(error.message)
  }
}
