/** What a person says of devices once for all commands, in the environment. */
import * as Effect from "effect/Effect"
import * as setting from "../command/setting.ts"
import { failure } from "./roborockFailure.ts"

const listOf = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "")

/** `Living room=192.0.2.7`, by name or id. */
const hostOf = (part: string) => {
  const [, device, host] = /^(.+)=\s*([\w.:-]+)$/.exec(part) ?? []
  return device === undefined || host === undefined
    ? failure(
      "Usage",
      `ROBOROCK_HOSTS has "${part}"`,
      "Name each device with its address, as in Living room=192.0.2.7."
    )
    : Effect.succeed([device.trim(), host] as const)
}

/** Addresses of devices that are not found by themselves, and devices that nobody wants to see. */
export const deviceSettings = Effect.gen(function*() {
  const hosts = yield* Effect.forEach(listOf(yield* setting.text("ROBOROCK_HOSTS")), hostOf)
  return { hosts: Object.fromEntries(hosts), hidden: listOf(yield* setting.text("ROBOROCK_HIDE")) }
})
