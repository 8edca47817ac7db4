/** How a connection that is closed here says so [5 §3.14, 311 §3.14]. */
import type { Packet } from "@effect-mqtt/codec"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { DisconnectOptions } from "../../../ConnectionOptions.ts"
import type { Session } from "../../../Session.ts"
import { InvalidOption, toMillis } from "../../optionValue.ts"
import { seconds } from "./attempt.ts"

const withWill = 0x04

/** A value that is not a duration would count as zero. */
export const check = ({ drain = 0, sessionExpiry = 0 }: DisconnectOptions): Effect.Effect<void> => {
  const wrong = toMillis(drain) === undefined ? "drain" : toMillis(sessionExpiry) === undefined ? "sessionExpiry" : ""
  return wrong === "" ? Effect.void : Effect.die(new InvalidOption(wrong, "a duration"))
}

/** Writes the DISCONNECT; `sessionExpiry`, in seconds, applies if the options do not give one. */
export const say = (session: Session, options: DisconnectOptions, sessionExpiry: number | undefined): void => {
  const expiry = options.sessionExpiry === undefined
    ? sessionExpiry
    : seconds(Duration.toMillis(options.sessionExpiry))
  const properties: Packet.Disconnect["properties"] = {
    ...(expiry === undefined ? {} : { sessionExpiryInterval: expiry }),
    ...(options.reasonString === undefined ? {} : { reasonString: options.reasonString })
  }
  session.disconnect(options.reasonCode ?? (options.withWill === true ? withWill : 0), properties)
}

/** A scope that ends in a failure has the will published; an interruption is a way of ending on purpose. */
export const ofExit = (exit: Exit.Exit<unknown, unknown>): DisconnectOptions => ({
  withWill: Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
})
